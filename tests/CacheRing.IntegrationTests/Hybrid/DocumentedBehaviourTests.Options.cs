using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Options: of a call, of all calls, and how they are put together. Only expiry is awaited, and never that there is none yet.</content>
internal abstract partial class DocumentedBehaviourTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Test]
    public async Task A_value_lives_for_its_Expiration()
    {
        await One.LoadAsync(Key, 1, new() { Expiration = Short });
        await One.LoadAsync($"{Key}:long", 1, new() { Expiration = Long });
        await UntilLoadedAsync(One, Key);
        Assert.That(await One.LoadAsync($"{Key}:long", 2), Is.EqualTo(1));
        await One.Cache.SetAsync($"{Key}:set", 1, new() { Expiration = Short });
        await UntilLoadedAsync(One, $"{Key}:set");
    }

    [Test]
    public async Task A_value_is_kept_in_the_process_for_its_LocalCacheExpiration_and_lives_on_in_the_storage()
    {
        HybridCacheEntryOptions options = new() { Expiration = Long, LocalCacheExpiration = Short };
        await One.LoadAsync(Key, 1, options);
        await One.LoadAsync($"{Key}:stays", 1, options);
        await StoredAsync();
        await StoredAsync($"{Key}:stays");
        await Kind.EvictAsync(Key);
        await UntilLoadedAsync(One, Key);
        Assert.That(await One.LoadAsync($"{Key}:stays", 2, options), Is.EqualTo(1));
    }

    [Test]
    public async Task A_value_is_never_kept_in_the_process_beyond_its_whole_life()
    {
        await One.LoadAsync(Key, 1, new() { Expiration = Short, LocalCacheExpiration = Long });
        await UntilLoadedAsync(One, Key);

        await One.LoadAsync($"{Key}:read", 1, new() { Expiration = Short });
        await Two.LoadAsync($"{Key}:read", 2, new() { LocalCacheExpiration = Long, Flags = HybridCacheEntryFlags.DisableUnderlyingData });
        await UntilLoadedAsync(Two, $"{Key}:read");
    }

    [Test]
    public async Task Default_options_hold_where_a_call_gives_none_and_a_call_overrides_them()
    {
        await using HybridClient app = await Kind.StartAsync(new(new() { Expiration = Short, LocalCacheExpiration = Short }));
        await app.LoadAsync($"{Key}:overridden", 1, new() { Expiration = Long, LocalCacheExpiration = Long });
        await app.LoadAsync(Key, 1);
        await UntilLoadedAsync(app, Key);
        await app.LoadAsync($"{Key}:inherited", 1, new() { Flags = HybridCacheEntryFlags.None });
        await UntilLoadedAsync(app, $"{Key}:inherited");
        Assert.That(await app.LoadAsync($"{Key}:overridden", 2), Is.EqualTo(1));
    }

    [Test]
    public async Task Default_flags_hold_where_a_call_gives_none_and_a_call_overrides_them()
    {
        await using HybridClient app = await Kind.StartAsync(new(With(HybridCacheEntryFlags.DisableUnderlyingData)));
        Assert.That(await app.LoadAsync(Key, 1), Is.Zero);
        Assert.That(await app.LoadAsync(Key, 1, new() { Expiration = Long }), Is.Zero);
        Assert.That(await app.LoadAsync(Key, 1, With(HybridCacheEntryFlags.None)), Is.EqualTo(1));
        Assert.That(await app.LoadAsync(Key, 2), Is.EqualTo(1));
    }

    private static Task UntilLoadedAsync(HybridClient app, string key) =>
        Poll.UntilAsync(async () => await app.LoadAsync(key, 2, new() { Expiration = Long, LocalCacheExpiration = Short }) == 2, "the value to expire");
}
