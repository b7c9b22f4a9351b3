using System.Text;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>One connection carries all calls, and stays in step whatever becomes of them; one that is no good is replaced.</summary>
[TestFixture]
public sealed class ConnectionTests
{
    private MemcachedServer _server = null!;
    private FaultProxy _proxy = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await MemcachedServer.StartAsync();
        _proxy = FaultProxy.Start(_server.Host, _server.Port);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Cancelled_and_timed_out_calls_leave_the_stream_in_step()
    {
        await using CacheUnderTest app = Over(static options => options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(60));
        string[] keys = [.. Enumerable.Range(0, 200).Select(static i => $"key-{i}")];
        foreach (string key in keys)
            await SetUntilStoredAsync(app, key);

        // Answers trickle in about when the calls end, some before and some after.
        _proxy.Delay = TimeSpan.FromMilliseconds(20);
        Random random = new(4711);
        int found = 0;
        for (int round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
            {
                string key = keys[random.Next(keys.Length)];
                using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(random.Next(10, 80)));
                try
                {
                    if (await app.Cache.GetAsync(key, source.Token) is { } value)
                    {
                        Assert.That(Encoding.UTF8.GetString(value), Is.EqualTo(key));
                        Interlocked.Increment(ref found);
                    }
                }
                catch (OperationCanceledException)
                {
                }
            }));
        }

        Assert.That(found, Is.GreaterThan(0), "some were in time");
        _proxy.Delay = TimeSpan.Zero;
        foreach (string key in keys)
        {
            await Poll.UntilAsync(
                async () => await app.Cache.GetAsync(key) is { } value && Encoding.UTF8.GetString(value) == key, "the key to be read again");
        }
    }

    [Test]
    public async Task A_cut_connection_fails_its_calls_at_once_and_is_replaced()
    {
        await using CacheUnderTest app = Over(static options => options.Failover.OperationTimeout = TimeSpan.FromMinutes(1));
        await SetUntilStoredAsync(app, "a");
        _proxy.BlackHole();
        Task<byte[]?>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => app.Cache.GetAsync("a"))];
        _proxy.Cut();
        Assert.That(await Task.WhenAll(waiting), Has.All.Null);
        _proxy.Heal();
        await Poll.UntilAsync(async () => await app.Cache.GetAsync("a") is not null, "a new connection to be used");
    }

    [Test]
    public async Task A_server_that_was_restarted_is_used_again()
    {
        await using CacheUnderTest app = Over();
        await SetUntilStoredAsync(app, "a");
        await _server.RestartAsync();
        await Poll.UntilAsync(
            async () =>
            {
                await app.Cache.SetAsync("b", [1], new());
                return await app.Cache.GetAsync("b") is not null;
            },
            "the server to be used again");
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "it came back empty");
    }

    private CacheUnderTest Over(Action<ShardedCacheOptions>? configure = null) =>
        CacheUnderTest.Over([$"memcached://{_proxy.Host}:{_proxy.Port}"], configure);

    private static Task SetUntilStoredAsync(CacheUnderTest app, string key) => Poll.UntilAsync(
        async () =>
        {
            await app.Cache.SetAsync(key, Encoding.UTF8.GetBytes(key), new());
            return await app.Cache.GetAsync(key) is not null;
        },
        "the key to be stored");
}
