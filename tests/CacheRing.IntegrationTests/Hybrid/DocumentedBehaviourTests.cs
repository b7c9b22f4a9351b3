using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// What Microsoft's documentation states of <see cref="HybridCache"/> ("HybridCache library in ASP.NET Core", and the
/// reference of the class, its options and serializers), as an app sees it that knows only that class. The same tests run
/// against Microsoft's own implementation, so that they are known to state what is meant there.
/// </summary>
internal abstract partial class DocumentedBehaviourTests(Func<Task<HybridImplementation>> start)
{
    private static int _names;

    protected HybridImplementation Kind { get; private set; } = null!;

    /// <summary>An app.</summary>
    protected HybridClient One { get; private set; } = null!;

    /// <summary>Another, or another instance of it, over the same storage.</summary>
    protected HybridClient Two { get; private set; } = null!;

    protected string Key { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Kind = await start();
        One = await Kind.StartAsync();
        Two = await Kind.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Two.DisposeAsync();
        await One.DisposeAsync();
        await Kind.DisposeAsync();
    }

    [SetUp]
    public void NextKey() => Key = $"key-{Interlocked.Increment(ref _names)}";

    [Test]
    public async Task A_value_that_is_not_found_is_made_by_the_factory_and_the_factory_is_not_called_while_it_is_cached()
    {
        Assert.That(await One.LoadAsync(Key, "made"), Is.EqualTo("made"));
        for (int i = 0; i < 3; i++)
            Assert.That(await One.LoadAsync(Key, "again"), Is.EqualTo("made"));
    }

    [Test]
    public async Task A_value_that_another_app_has_made_is_found_in_the_shared_storage()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        Assert.That(await Two.LoadAsync(Key, 2), Is.EqualTo(1));
    }

    [Test]
    public async Task A_value_is_stored_in_the_process_and_in_the_shared_storage()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 2), Is.EqualTo(Kind.HasLocalCache ? 1 : 2));
    }

    [Test]
    public async Task A_value_from_the_shared_storage_is_stored_in_the_process()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        await Two.LoadAsync(Key, 2);
        await Kind.EvictAsync(Key);
        Assert.That(await Two.LoadAsync(Key, 3), Is.EqualTo(Kind.HasLocalCache ? 1 : 3));
    }

    [Test]
    public async Task The_factory_is_given_the_state_of_its_call()
    {
        int value = await One.Cache.GetOrCreateAsync(Key, (First: 40, Second: 2), static (state, _) => ValueTask.FromResult(state.First + state.Second));
        Assert.That(value, Is.EqualTo(42));
    }

    [Test]
    public async Task A_value_is_set_without_being_looked_for_and_overwritten_the_same_way()
    {
        await One.Cache.SetAsync(Key, "set");
        Assert.That(await One.LoadAsync(Key, "made"), Is.EqualTo("set"));
        await One.Cache.SetAsync(Key, "set again");
        Assert.That(await One.LoadAsync(Key, "made"), Is.EqualTo("set again"));
        Assert.That(await Two.LoadAsync(Key, "made"), Is.EqualTo("set again"));
    }

    [Test]
    public async Task Null_is_a_value_like_any_other()
    {
        await One.LoadAsync<string?>(Key, null);
        await One.LoadAsync<Basket?>($"{Key}:basket", null);
        await One.LoadAsync<int?>($"{Key}:number", null);
        Assert.That(await One.LoadAsync<string?>(Key, "made"), Is.Null);
        Assert.That(await One.LoadAsync<Basket?>($"{Key}:basket", new Basket()), Is.Null);
        Assert.That(await One.LoadAsync<int?>($"{Key}:number", 1), Is.Null);
    }

    /// <summary>Waits until the storage has the test's key: Microsoft's writes there when the caller has its value already.</summary>
    protected Task StoredAsync(string? key = null) => Poll.UntilAsync(() => Kind.IsStoredAsync(key ?? Key), "the value to be stored");
}
