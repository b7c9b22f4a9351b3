using System.Diagnostics;
using CacheRing.Diagnostics;
using CacheRing.Memcached;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>What a node tells of its server while that is short of memory, hangs or has gone.</summary>
[TestFixture]
internal sealed class NodeHealthTests
{
    [Test]
    public async Task A_small_server_tells_how_much_it_has_dropped()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { MemoryMegabytes = 2, MaxItemSize = "512k" });
        await using MemcachedNode node = Start(server, TimeSpan.FromSeconds(10));
        for (int i = 0; i < 200; i++)
            Assert.That(await node.TryStoreAsync($"key-{i}", new byte[50_000], timeToLive: null, version: null, default), Is.True);

        MemcachedStatistics counted = await node.CountAsync(default);
        Assert.That(counted.Evictions, Is.GreaterThan(0));
        Assert.That(counted.Items + counted.Evictions, Is.EqualTo(200));
        Assert.That(counted.Bytes, Is.InRange(50_000, counted.LimitBytes * 2));
    }

    [Test]
    public async Task A_restart_shows_in_the_counts()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        await using MemcachedNode node = Start(server, TimeSpan.FromMilliseconds(250));
        int before = (await node.CountAsync(default)).ProcessId;
        await server.RestartAsync();
        await Poll.UntilAsync(async () => (await TryCountAsync(node))?.ProcessId == server.Pid, "the new process to be seen");
        Assert.That(server.Pid, Is.Not.EqualTo(before));
    }

    [Test]
    public async Task Nothing_that_is_asked_of_a_server_that_hangs_takes_longer_than_its_time()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        await using MemcachedNode node = Start(server, TimeSpan.FromMilliseconds(250));
        await node.ProbeAsync(default);
        server.Suspend();
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => node.ProbeAsync(default),
            () => node.CountAsync(default),
            () => node.FetchAsync("a", default),
            () => node.TryStoreAsync("a", new byte[1], timeToLive: null, version: null, default),
        ])
        {
            long begun = Stopwatch.GetTimestamp();
            NodeException error = (await Assert.ThrowsAsync<NodeException>(() => call()))!;
            Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Timeout));
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(3)));
        }
    }

    private static MemcachedNode Start(MemcachedServer server, TimeSpan timeout)
    {
        Assert.That(NodeEndpoint.TryParse(server.Endpoint, out NodeEndpoint? endpoint, out _), Is.True);

        // A silent connection is given up after this time as well, which must not be what ends a call here.
        NodeTimings timings = new(timeout, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(250));
        MemcachedNode node = new(new MemcachedSettings("node-0", "", endpoint!, timings), TimeProvider.System);
        node.Start(new Unconcerned());
        return node;
    }

    private static async Task<MemcachedStatistics?> TryCountAsync(MemcachedNode node)
    {
        try
        {
            return await node.CountAsync(default);
        }
        catch (NodeException)
        {
            return null;
        }
    }

    /// <summary>None of these calls tells its client anything.</summary>
    private sealed class Unconcerned : INodeClient
    {
        public void Connected()
        {
        }

        public void Disconnected(NodeException failure)
        {
        }

        public void ConnectFailed(NodeException failure)
        {
        }

        public bool IsOvertaken(int epoch) => false;

        public void Sending()
        {
        }

        public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value) => throw new NotSupportedException();

        public void Missed() => throw new NotSupportedException();

        public void Done(CacheOperation operation, string key, int epoch) => throw new NotSupportedException();

        public ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token) => throw new NotSupportedException();

        public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0) => throw new NotSupportedException();
    }
}
