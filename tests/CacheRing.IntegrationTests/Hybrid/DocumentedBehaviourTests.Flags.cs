using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Each of <see cref="HybridCacheEntryFlags"/>.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task With_no_flags_everything_is_used()
    {
        await One.LoadAsync(Key, 1, With(HybridCacheEntryFlags.None));
        await StoredAsync();
        Assert.That(await Two.LoadAsync(Key, 2, With(HybridCacheEntryFlags.None)), Is.EqualTo(1));
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 3, With(HybridCacheEntryFlags.None)), Is.EqualTo(Kind.HasLocalCache ? 1 : 3));
    }

    [Test]
    public async Task DisableLocalCacheRead_passes_over_what_the_process_has_and_stores_there()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 2, With(HybridCacheEntryFlags.DisableLocalCacheRead)), Is.EqualTo(2));
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 3), Is.EqualTo(Kind.HasLocalCache ? 2 : 3));
    }

    [Test]
    public async Task DisableLocalCacheWrite_stores_nothing_in_the_process_and_reads_there()
    {
        await One.LoadAsync(Key, 1, With(HybridCacheEntryFlags.DisableLocalCacheWrite));
        await StoredAsync();
        Assert.That(await One.LoadAsync(Key, 2, With(HybridCacheEntryFlags.DisableLocalCacheWrite)), Is.EqualTo(1), "from the storage");
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 3), Is.EqualTo(3));
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 4, With(HybridCacheEntryFlags.DisableLocalCacheWrite)), Is.EqualTo(Kind.HasLocalCache ? 3 : 4));
    }

    [Test]
    public async Task DisableLocalCache_neither_reads_nor_stores_in_the_process()
    {
        await One.LoadAsync(Key, 1, With(HybridCacheEntryFlags.DisableLocalCache));
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 2), Is.EqualTo(2));
        await StoredAsync();
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 3, With(HybridCacheEntryFlags.DisableLocalCache)), Is.EqualTo(3));
    }

    [Test]
    public async Task DisableDistributedCacheRead_passes_over_what_the_storage_has_and_stores_there()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        Assert.That(await Two.LoadAsync(Key, 2, With(HybridCacheEntryFlags.DisableDistributedCacheRead)), Is.EqualTo(2));
        await Kind.EvictAsync($"{Key}:new");
        await Two.LoadAsync($"{Key}:new", 1, With(HybridCacheEntryFlags.DisableDistributedCacheRead));
        await StoredAsync($"{Key}:new");
        Assert.That(await One.LoadAsync($"{Key}:new", 3), Is.EqualTo(1));
    }

    [Test]
    public async Task DisableDistributedCacheWrite_stores_nothing_in_the_storage_and_reads_there()
    {
        await One.LoadAsync(Key, 1, With(HybridCacheEntryFlags.DisableDistributedCacheWrite));
        Assert.That(await Two.LoadAsync(Key, 2), Is.EqualTo(2));
        await StoredAsync();
        HybridCacheEntryFlags fromStorage = HybridCacheEntryFlags.DisableDistributedCacheWrite | HybridCacheEntryFlags.DisableLocalCacheRead;
        Assert.That(await One.LoadAsync(Key, 3, With(fromStorage)), Is.EqualTo(2));
    }

    [Test]
    public async Task DisableDistributedCache_neither_reads_nor_stores_in_the_storage()
    {
        await One.LoadAsync(Key, 1, With(HybridCacheEntryFlags.DisableDistributedCache));
        Assert.That(await One.LoadAsync(Key, 2, With(HybridCacheEntryFlags.DisableDistributedCache)), Is.EqualTo(Kind.HasLocalCache ? 1 : 2));
        Assert.That(await Kind.IsStoredAsync(Key), Is.False);
        await One.LoadAsync($"{Key}:there", 1);
        await StoredAsync($"{Key}:there");
        Assert.That(await Two.LoadAsync($"{Key}:there", 2, With(HybridCacheEntryFlags.DisableDistributedCache)), Is.EqualTo(2));
    }

    [Test]
    public async Task DisableUnderlyingData_only_reads_what_is_cached_and_else_gives_the_types_default()
    {
        Assert.That(await One.PeekAsync<int>(Key), Is.Zero);
        Assert.That(await One.PeekAsync<string?>($"{Key}:text"), Is.Null);
        await One.LoadAsync(Key, 1);
        Assert.That(await One.PeekAsync<int>(Key), Is.EqualTo(1));
        await StoredAsync();
        Assert.That(await Two.PeekAsync<int>(Key), Is.EqualTo(1));
        Assert.That(await One.LoadAsync($"{Key}:text", "made"), Is.EqualTo("made"), "the default was not stored");
    }

    [Test]
    public async Task DisableCompression_changes_nothing_of_a_value()
    {
        string value = new('v', 10_000);
        await One.LoadAsync(Key, value, With(HybridCacheEntryFlags.DisableCompression));
        await StoredAsync();
        Assert.That(await Two.LoadAsync(Key, ""), Is.EqualTo(value));
    }

    [Test]
    public async Task Flags_hold_for_a_set_too()
    {
        await One.Cache.SetAsync($"{Key}:process", 1, With(HybridCacheEntryFlags.DisableDistributedCacheWrite));
        Assert.That(await Kind.IsStoredAsync($"{Key}:process"), Is.False);
        Assert.That(await One.LoadAsync($"{Key}:process", 2), Is.EqualTo(Kind.HasLocalCache ? 1 : 2));
        await One.Cache.SetAsync(Key, 1, With(HybridCacheEntryFlags.DisableLocalCacheWrite));
        await Kind.EvictAsync(Key);
        Assert.That(await One.LoadAsync(Key, 2), Is.EqualTo(2));
    }

    private static HybridCacheEntryOptions With(HybridCacheEntryFlags flags) => new() { Flags = flags };
}
