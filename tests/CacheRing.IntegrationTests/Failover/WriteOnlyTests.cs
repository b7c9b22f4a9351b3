using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>
/// A process that only writes, and one that only reads. When the node is given a new generation, because it was flushed, the writer is to
/// learn it: it would else go on in one that nobody reads.
/// </summary>
[TestFixture]
public sealed class WriteOnlyTests
{
    private const int Keys = 40;

    [TestCase("redis", "one by one")]
    [TestCase("redis", "in a batch")]
    [TestCase("memcached", "one by one")]
    [TestCase("memcached", "in a batch")]
    public async Task What_it_writes_after_a_flush_is_read(string kind, string how)
    {
        RequiresMemcached.OrSkip();
        await using RedisServer redis = await RedisServer.StartAsync();
        await using MemcachedServer memcached = await MemcachedServer.StartAsync();
        string endpoint = kind == "redis" ? redis.Endpoint : memcached.Endpoint;
        await using CacheUnderTest writer = Over(endpoint);
        await using CacheUnderTest reader = Over(endpoint);
        await writer.SettledAsync();
        await reader.SettledAsync();
        await writer.Cache.SetAsync("before", [1], new());

        // One of them has given it the first generation.
        int begun = reader.Logged(12).Length;
        await (kind == "redis" ? redis.ExecuteAsync("FLUSHALL") : memcached.ExecuteAsync("flush_all"));
        await Poll.UntilAsync(async () => await reader.Cache.GetAsync("before") is null && reader.Logged(12).Length > begun, "the reader to give the node a new generation");
        await reader.SettledAsync();

        // What was written before the writer's view was to be confirmed again may be lost; nothing later.
        await Poll.UntilAsync(
            async () =>
            {
                await writer.Cache.SetAsync("first", [1], new());
                return await reader.Cache.GetAsync("first") is not null;
            },
            "the writer to learn of it");
        KeyValuePair<string, byte[]>[] entries = [.. Enumerable.Range(0, Keys).Select(static i => KeyValuePair.Create($"after-{i}", new byte[] { 2 }))];
        if (how == "in a batch")
        {
            Assert.That((await writer.Cache.SetManyAsync(entries, new DistributedCacheEntryOptions())).IsComplete);
        }
        else
        {
            foreach ((string key, byte[] value) in entries)
                await writer.Cache.SetAsync(key, value, new());
        }

        Assert.That((await reader.Cache.GetManyAsync(entries.Select(static entry => entry.Key))).Count, Is.EqualTo(Keys));
    }

    private static CacheUnderTest Over(string endpoint) =>
        CacheUnderTest.Over([endpoint], static options => options.Failover.FenceCheckInterval = TimeSpan.FromMilliseconds(100));
}
