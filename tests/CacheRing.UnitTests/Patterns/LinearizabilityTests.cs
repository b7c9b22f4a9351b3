using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Operation = CsCheck.GenOperation<CacheRing.UnitTests.Patterns.Register, CacheRing.UnitTests.Patterns.RegisterModel>;

namespace CacheRing.UnitTests.Patterns;

/// <summary>
/// Whatever threads of a process do at the same time, each key behaves as one register: there is an order of all calls, in
/// which each took effect between its begin and its end, that explains every value that was read and those that are there in
/// the end.
/// </summary>
[TestFixture]
internal sealed class LinearizabilityTests
{
    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, Register.Keys - 1], Gen.Int[1, 99], static (key, value) => new Step(key, value));

    private static readonly Operation Read = Steps.Operation<Register, RegisterModel>(
        static step => $"Read({step.Key})", static (it, step) => it.Read(step), static (it, step) => it.Read(step));

    private static readonly Operation Write = Steps.Operation<Register, RegisterModel>(
        static step => $"Write({step.Key}, {step.Value}) and Remove", static (it, step) => it.Write(step), static (it, step) => it.Write(step));

    private static readonly Operation WriteByTag = Steps.Operation<Register, RegisterModel>(
        static step => $"Write({step.Key}, {step.Value}) and RemoveByTag", static (it, step) => it.WriteByTag(step), static (it, step) => it.Write(step));

    private static readonly Operation Set = Steps.Operation<Register, RegisterModel>(
        static step => $"Set({step.Key}, {step.Value})", static (it, step) => it.Set(step), static (it, step) => it.Write(step));

    private static readonly Operation Remove = Steps.Operation<Register, RegisterModel>(
        static step => $"Remove({step.Key})", static (it, step) => it.Remove(step), static (it, step) => it.Clear(step));

    [Test]
    public void What_is_read_is_what_was_written_last_to_the_database_and_removed_from_the_cache([Values] bool isLocal) =>
        Sample(isLocal, Read, Write, WriteByTag);

    [Test]
    public void What_is_read_is_what_was_set_or_removed_last([Values] bool isLocal) => Sample(isLocal, Read, Set, Remove);

    private static void Sample(bool isLocal, params Operation[] operations)
    {
        ServiceCollection services = new();
        services.AddShardedCache(static options => options.AddMemoryNodes(2)).AddShardedHybridCache(options => options.LocalCache.IsEnabled = isLocal);
        using ServiceProvider provider = services.BuildServiceProvider();
        ShardedHybridCache cache = provider.GetRequiredService<ShardedHybridCache>();
        Gen.Const(() => (new Register(cache), new RegisterModel())).SampleParallel(
            operations,
            equal: static (it, model) => it.IsExplainedBy(model),
            maxSequentialOperations: 3,
            maxParallelOperations: 6,
            time: 2,
            threads: 3,
            printActual: static it => it.ToString(),
            printModel: static it => it.ToString());
    }
}
