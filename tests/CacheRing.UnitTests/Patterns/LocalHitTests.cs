using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.UnitTests.Patterns;

/// <summary>Values that are kept in the process, in front of the nodes.</summary>
[TestFixture]
internal sealed class LocalHitTests
{
    private static readonly HybridCacheEntryOptions NoLocalRead = new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead };
    private static readonly HybridCacheEntryOptions NoLocalWrite = new() { Flags = HybridCacheEntryFlags.DisableLocalCacheWrite };

    [Test]
    public async Task A_value_is_kept_when_it_was_loaded_read_or_stored_and_given_out_without_an_allocation()
    {
        using HybridUnderTest cache = new(On);
        await cache.GetAsync("loaded", "x");
        await cache.Hybrid.SetAsync("stored", "y");
        await cache.Hybrid.SetAsync("read", "z", NoLocalWrite);
        await cache.GetAsync("read", "-");
        foreach (string key in (string[])["loaded", "stored", "read"])
            Assert.That(Get(key).AsTask().IsCompletedSuccessfully, Is.True, key);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(3));

        // It keeps what it hears.
        cache.Requests.Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            _ = await Get("loaded");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000), "less than a byte a call");

        ValueTask<string> Get(string key) => cache.Hybrid.GetOrCreateAsync(key, 0, static (_, _) => ValueTask.FromResult("-"), (HybridCacheEntryOptions?)null);
    }

    [Test]
    public async Task Flags_keep_a_call_from_reading_or_keeping_there()
    {
        using HybridUnderTest cache = new(On);
        await Load("a", 1, NoLocalWrite);
        Assert.That(await Load("a", 2), Is.EqualTo(1));
        Assert.That(cache.CountOf("local_hit"), Is.Zero);
        await Load("a", 3);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(1));
        await Load("a", 3, NoLocalRead);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(1));

        ValueTask<int> Load(string key, int value, HybridCacheEntryOptions? options = null) =>
            cache.Hybrid.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value), options);
    }

    [Test]
    public async Task It_lives_there_as_long_as_the_call_or_the_options_say_and_never_longer_than_the_value()
    {
        using HybridUnderTest cache = new(On);
        ShardedHybridCacheEntryOptions brief = new() { LocalCacheExpiration = TimeSpan.FromSeconds(5) };
        ShardedHybridCacheEntryOptions shortLived = new() { Expiration = TimeSpan.FromSeconds(2) };
        await cache.GetAsync("plain", 1);
        await cache.GetAsync("brief", 1, brief);
        await cache.GetAsync("short", 1, shortLived);
        cache.Time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.That(await cache.GetAsync("short", 2, shortLived), Is.EqualTo(2));
        await cache.GetAsync("brief", 2, brief);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(1));
        cache.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(await cache.GetAsync("brief", 2, brief), Is.EqualTo(1));
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(1), "read from its node");
        cache.Time.Advance(TimeSpan.FromSeconds(24.8));
        await cache.GetAsync("plain", 2);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(2));
        cache.Time.Advance(TimeSpan.FromSeconds(0.2));
        await cache.GetAsync("plain", 2);
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(2), "30 seconds are over");
    }

    [Test]
    public async Task What_this_process_removes_or_stores_is_not_read_from_there_again()
    {
        using HybridUnderTest cache = new(On);
        await cache.GetAsync("a", 1);
        await cache.Hybrid.RemoveAsync("a");
        Assert.That(await cache.GetAsync("a", 2), Is.EqualTo(2));
        await cache.Hybrid.SetAsync("a", 3);
        Assert.That(await cache.GetAsync("a", 4), Is.EqualTo(3));
        await cache.Hybrid.RemoveAsync(["a", "b"]);
        Assert.That(await cache.GetAsync("a", 5), Is.EqualTo(5));
        await cache.GetAsync("t", 1, tags: ["x", "y"]);
        await cache.Hybrid.RemoveByTagAsync("y");
        Assert.That(await cache.GetAsync("t", 2, tags: ["x", "y"]), Is.EqualTo(2));
        Task everything = cache.Hybrid.RemoveByTagAsync("*").AsTask();
        cache.Time.Advance(TimeSpan.FromSeconds(2));
        await everything;
        Assert.That(await cache.GetAsync("a", 6), Is.EqualTo(6));
        Assert.That(await cache.GetAsync("t", 7, tags: ["x"]), Is.EqualTo(7));
    }

    [Test]
    public async Task A_value_that_can_be_changed_is_each_callers_own_and_one_that_cannot_is_shared()
    {
        using HybridUnderTest cache = new(On);
        await cache.GetAsync("list", new List<int> { 1 });
        List<int> one = await cache.GetAsync("list", new List<int>());
        one.Add(2);
        Assert.That(await cache.GetAsync("list", new List<int>()), Is.EqualTo([1]));

        await cache.GetAsync("frozen", new Frozen("x"));
        Frozen first = await cache.GetAsync("frozen", new Frozen("y"));
        Assert.That(await cache.GetAsync("frozen", new Frozen("z")), Is.SameAs(first));
    }

    private static void On(ShardedHybridCacheOptions options) => options.LocalCache.IsEnabled = true;

    [ImmutableObject(true)]
    private sealed record Frozen(string Name);
}
