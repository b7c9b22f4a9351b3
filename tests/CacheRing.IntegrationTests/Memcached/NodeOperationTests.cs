using System.Text;
using CacheRing.Diagnostics;
using CacheRing.Memcached;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>What the cache's other parts ask of a Memcached node: conditional writes, a sign of life, the server's counts.</summary>
[TestFixture]
internal sealed class NodeOperationTests
{
    private MemcachedServer _server = null!;
    private MemcachedNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await MemcachedServer.StartAsync();
        Assert.That(NodeEndpoint.TryParse(_server.Endpoint, out NodeEndpoint? endpoint, out _), Is.True);
        NodeTimings timings = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(250));
        _node = new MemcachedNode(new MemcachedSettings("node-0", "app:", endpoint!, timings), TimeProvider.System);
        _node.Start(new SilentClient());
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task What_is_not_there_is_added_once()
    {
        Assert.That(await _node.FetchAsync("a", default), Is.Null);
        Assert.That(await StoreAsync("one", null), Is.True);
        Assert.That(await StoreAsync("two", null), Is.False);
        Assert.That((await _node.FetchAsync("a", default))!.Bytes, Is.EqualTo("one"u8.ToArray()));
    }

    [Test]
    public async Task What_has_changed_or_gone_is_not_replaced()
    {
        await StoreAsync("one", null);
        FetchedItem first = (await _node.FetchAsync("a", default))!;
        Assert.That(await StoreAsync("two", first.Version), Is.True);
        Assert.That(await StoreAsync("three", first.Version), Is.False, "changed since");

        FetchedItem second = (await _node.FetchAsync("a", default))!;
        Assert.That(second.Bytes, Is.EqualTo("two"u8.ToArray()));
        Assert.That(second.Version, Is.Not.EqualTo(first.Version));
        await _node.RemoveManyAsync(["a"], default);
        Assert.That(await StoreAsync("four", second.Version), Is.False, "gone since");
        Assert.That(await _node.FetchAsync("a", default), Is.Null);
    }

    [Test]
    public async Task Of_many_who_add_at_once_one_does()
    {
        bool[] stored = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => StoreAsync($"{i}", null)));
        Assert.That(stored.Count(static it => it), Is.EqualTo(1));
    }

    [Test]
    public async Task A_probe_is_answered_by_a_server_that_lives_and_fails_in_time_on_one_that_hangs()
    {
        await _node.ProbeAsync(default);
        _server.Suspend();
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => _node.ProbeAsync(default)))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Timeout));
        _server.Resume();
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await _node.ProbeAsync(default);
                    return true;
                }
                catch (NodeException)
                {
                    return false;
                }
            },
            "the server to answer again");
    }

    [Test]
    public async Task The_servers_counts_are_told()
    {
        await StoreAsync("one", null);
        await _node.FetchAsync("a", default);
        await _node.FetchAsync("b", default);
        MemcachedStatistics counted = await _node.CountAsync(default);
        Assert.That(counted.ProcessId, Is.EqualTo(_server.Pid));
        Assert.That(counted.Version, Does.StartWith("1."));
        Assert.That(counted.Items, Is.EqualTo(1));
        Assert.That(counted.Bytes, Is.GreaterThan(0));
        Assert.That(counted.LimitBytes, Is.EqualTo(64L * 1024 * 1024));
        Assert.That((counted.Hits, counted.Misses, counted.Evictions), Is.EqualTo((1, 1, 0)));
        Assert.That(counted.StartedAt, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(5)));
    }

    private Task<bool> StoreAsync(string value, ulong? version) =>
        _node.TryStoreAsync("a", Encoding.ASCII.GetBytes(value), timeToLive: null, version, default);

    private sealed class SilentClient : INodeClient
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

        public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
        {
            value = stored;
            return true;
        }

        public void Missed()
        {
        }

        public void Done(CacheOperation operation, string key, int epoch)
        {
        }

        public ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token) => default;

        public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0)
        {
        }
    }
}
