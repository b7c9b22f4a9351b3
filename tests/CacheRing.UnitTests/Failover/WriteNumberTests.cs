using System.Reflection;
using CacheRing.Diagnostics;
using CacheRing.Failover;
using CacheRing.Nodes;
using CacheRing.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Polly.Telemetry;

namespace CacheRing.UnitTests.Failover;

/// <summary>
/// A write without an answer may have gone out on any connection from the one before it was sent to the one when its failure was told:
/// before the node is used again, none of them brings it any more.
/// </summary>
[TestFixture]
internal sealed class WriteNumberTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Every_connection_that_it_may_have_gone_out_on_is_ended(bool isProtected)
    {
        await using MemoryNode memory = new("n", TimeProvider.System);
        ICacheNode node = DispatchProxy.Create<ICacheNode, Reconnecting>();
        Reconnecting server = (Reconnecting)(object)node;
        server.Memory = memory;
        using CacheMeter meter = new("", null);
        FailoverOptions options = new() { Protections = isProtected ? Protections.All : Protections.All & ~Protections.WriteNumbers };
        GuardSettings settings = new(
            options, HasGenerations: true, new GenerationClock(TimeProvider.System), new OutageWatch(NullLogger.Instance), new TelemetryOptions(), TimeProvider.System, NullLogger.Instance);
        await using NodeGuard guard = new(node, settings, new NodeMeter(meter, "n"), static _ => { });
        guard.Start();
        await ServesAsync(guard);

        // Sent on the first connection, or on the second, which replaced it meanwhile: its caller cannot tell.
        server.Replace();
        guard.Connected();
        await ServesAsync(guard);
        guard.Undelivered("a", lateSince: 1, stamp: settings.Stamps.Next());
        server.Replace();
        guard.Connected();
        await ServesAsync(guard);

        Assert.That(server.Ended, Is.EquivalentTo(isProtected ? (long[])[101, 102] : [101]), "without the rule the write may land from the other");
    }

    private static Task ServesAsync(NodeGuard guard) =>
        Poll.UntilAsync(() => guard.IsServing && !guard.HasHints && guard.CanWrite("b"), "the node to serve");

    /// <summary>A node in memory whose connection can be replaced, and that can end earlier ones.</summary>
#pragma warning disable CA1852 // The proxy is a subtype that is made when it runs.
    internal class Reconnecting : DispatchProxy
#pragma warning restore CA1852
    {
        private int _epoch = 1;

        public MemoryNode Memory { get; set; } = null!;

        public List<long> Ended { get; } = [];

        public void Replace() => Interlocked.Increment(ref _epoch);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_Epoch" => Volatile.Read(ref _epoch),
            nameof(ICacheNode.GreetAsync) => GreetAsync((string)args![0]!),
            nameof(ICacheNode.EndConnectionAsync) => End((long)args![0]!),
            _ => targetMethod.Invoke(Memory, args),
        };

        private async Task<NodeGreeting> GreetAsync(string recordKey)
        {
            NodeGreeting greeting = await Memory.GreetAsync(recordKey, default);
            int epoch = Volatile.Read(ref _epoch);
            return greeting with { Epoch = epoch, ConnectionId = 100 + epoch };
        }

        private Task<bool> End(long connectionId)
        {
            Ended.Add(connectionId);
            return Task.FromResult(true);
        }
    }
}
