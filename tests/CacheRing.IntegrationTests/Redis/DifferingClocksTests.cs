using CacheRing.HistoryClient;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>App servers whose clocks differ share entries that live for less than the difference: the server's clock ends them.</summary>
[TestFixture]
public sealed class DifferingClocksTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(2);

    [TestCase(30)]
    [TestCase(-30)]
    public async Task An_entry_lives_as_long_for_a_reader_with_another_clock(int seconds)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using HybridApp writer = await HybridApp.StartAsync([server.Endpoint]);
        await using HybridApp reader = await WithClockAsync(server, seconds);
        DistributedCacheEntryOptions brief = new() { AbsoluteExpirationRelativeToNow = Life };
        await writer.Cache.SetAsync("one", [1], brief);
        await writer.Cache.SetManyAsync(new Dictionary<string, byte[]> { ["many"] = [2] }, brief);

        Assert.That(await reader.Cache.GetAsync("one"), Is.EqualTo([1]));
        Assert.That(await reader.Cache.GetManyAsync(["one", "many"]), Has.Count.EqualTo(2));
        await Poll.UntilAsync(async () => await reader.Cache.GetAsync("one") is null, "the entry to expire");
    }

    [TestCase(30)]
    [TestCase(-30)]
    public async Task A_loaded_value_is_not_loaded_again_by_a_reader_with_another_clock(int seconds)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using HybridApp writer = await HybridApp.StartAsync([server.Endpoint]);
        await using HybridApp reader = await WithClockAsync(server, seconds);
        ShardedHybridCacheEntryOptions brief = new() { Expiration = Life };
        Assert.That(await writer.Hybrid.GetOrCreateAsync("one", static _ => new ValueTask<int>(1), brief), Is.EqualTo(1));

        Assert.That(await reader.Hybrid.GetOrCreateAsync("one", static _ => new ValueTask<int>(2), brief), Is.EqualTo(1));
        await Poll.UntilAsync(
            async () => await reader.Hybrid.GetOrCreateAsync("one", static _ => new ValueTask<int>(2), brief) == 2, "the value to expire");
    }

    private static Task<HybridApp> WithClockAsync(RedisServer server, int seconds) => HybridApp.StartAsync(
        [server.Endpoint], add: services => services.AddSingleton<TimeProvider>(new SkewedTime(TimeSpan.FromSeconds(seconds))));
}
