using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.UnitTests.Patterns;

/// <summary>How long values live and what of the cache a call uses.</summary>
[TestFixture]
internal sealed class EntryOptionTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Test]
    public async Task A_value_lives_as_long_as_the_call_says_or_the_defaults_or_else_five_minutes()
    {
        using HybridUnderTest plain = new();
        using HybridUnderTest longer = new(static options => options.DefaultEntryOptions = new() { Expiration = TimeSpan.FromMinutes(10) });
        await plain.GetAsync("a", 1);
        await plain.GetAsync("b", 1, new() { Expiration = Minute });
        await longer.GetAsync("a", 1);
        await longer.GetAsync("b", 1, new() { Expiration = Minute });

        Advance(plain, longer, 0.99);
        Assert.That((await plain.GetAsync("b", 2), await longer.GetAsync("b", 2)), Is.EqualTo((1, 1)));
        Advance(plain, longer, 0.02);
        Assert.That((await plain.GetAsync("b", 2), await longer.GetAsync("b", 2)), Is.EqualTo((2, 2)));
        Advance(plain, longer, 3.98);
        Assert.That(await plain.GetAsync("a", 2), Is.EqualTo(1));
        Advance(plain, longer, 0.02);
        Assert.That((await plain.GetAsync("a", 2), await longer.GetAsync("a", 2)), Is.EqualTo((2, 1)));
        Advance(plain, longer, 5);
        Assert.That(await longer.GetAsync("a", 2), Is.EqualTo(2));

        static void Advance(HybridUnderTest one, HybridUnderTest two, double minutes)
        {
            one.Time.Advance(minutes * Minute);
            two.Time.Advance(minutes * Minute);
        }
    }

    [Test]
    public async Task That_there_is_no_value_is_remembered_as_long_as_a_value_or_as_the_options_say_or_not_at_all()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions briefly = new() { Expiration = 5 * Minute, NotFoundExpiration = Minute };
        ShardedHybridCacheEntryOptions never = new() { NotFoundExpiration = TimeSpan.Zero };
        await cache.GetAsync<string?>("plain", null);
        await cache.GetAsync<string?>("brief", null, briefly);
        await cache.GetAsync<string?>("never", null, never);
        Assert.That(await cache.GetAsync<string?>("never", "x", never), Is.EqualTo("x"));
        Assert.That(await cache.GetAsync<string?>("brief", "x", briefly), Is.Null);
        cache.Time.Advance(1.01 * Minute);
        Assert.That(await cache.GetAsync<string?>("brief", "x", briefly), Is.EqualTo("x"));
        Assert.That(await cache.GetAsync<string?>("plain", "x"), Is.Null);
        cache.Time.Advance(1.01 * Minute);
        Assert.That(await cache.GetAsync<string?>("brief", "y", briefly), Is.EqualTo("x"), "a value lives longer");
    }

    [Test]
    public async Task Jitter_shortens_lives_and_lengthens_none()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions jitter = new() { Expiration = 10 * Minute, ExpirationJitter = 0.5 };
        for (int i = 0; i < 200; i++)
            await cache.GetAsync($"k{i}", 1, jitter);
        cache.Time.Advance(4.99 * Minute);
        Assert.That(await AliveAsync(), Is.EqualTo(200));
        cache.Time.Advance(2.5 * Minute);
        Assert.That(await AliveAsync(), Is.InRange(50, 150));
        cache.Time.Advance(2.52 * Minute);
        Assert.That(await AliveAsync(), Is.Zero);

        async Task<int> AliveAsync()
        {
            int alive = 0;
            for (int i = 0; i < 200; i++)
                alive += await cache.GetAsync($"k{i}", 0, new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData });
            return alive;
        }
    }

    [Test]
    public async Task Without_underlying_data_a_miss_is_the_types_default_and_takes_no_lease()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions peek = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        Assert.That(await cache.GetAsync("a", 5, peek), Is.Zero);
        Assert.That(await cache.GetAsync<string?>("b", "x", peek), Is.Null);
        Assert.That(await cache.GetAsync("a", 6), Is.EqualTo(6));
        Assert.That(await cache.GetAsync("a", 7, peek), Is.EqualTo(6));
    }

    [Test]
    public async Task Without_reading_the_nodes_a_value_is_loaded_each_time_and_stored()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions forced = new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead };
        await cache.GetAsync("a", 1);
        Assert.That(await cache.GetAsync("a", 2, forced), Is.EqualTo(2));
        Assert.That(await cache.GetAsync("a", 3), Is.EqualTo(2));
        Assert.That(await cache.GetAsync("new", 4, forced), Is.EqualTo(4));
        Assert.That(await cache.GetAsync("new", 5), Is.EqualTo(4));
    }

    [Test]
    public async Task Without_writing_to_the_nodes_what_is_there_is_read_and_nothing_is_stored()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions reading = new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite };
        Assert.That(await cache.GetAsync("a", 1, reading), Is.EqualTo(1));
        Assert.That(await cache.GetAsync("a", 2), Is.EqualTo(2));
        Assert.That(await cache.GetAsync("a", 3, reading), Is.EqualTo(2));
    }

    [Test]
    public async Task Without_the_nodes_a_value_is_loaded_each_time()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions alone = new() { Flags = HybridCacheEntryFlags.DisableDistributedCache };
        Assert.That(await cache.GetAsync("a", 1, alone), Is.EqualTo(1));
        Assert.That(await cache.GetAsync("a", 2, alone), Is.EqualTo(2));
        Assert.That(await cache.GetAsync("a", 3), Is.EqualTo(3));
    }

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("half of a pair", '\ud800')]
    public async Task A_key_that_cannot_be_kept_is_loaded_each_time(string start, char? end = null)
    {
        string key = start + end;
        using HybridUnderTest cache = new();
        Assert.That(await cache.GetAsync(key, 1), Is.EqualTo(1));
        Assert.That(await cache.GetAsync(key, 2), Is.EqualTo(2));
        Assert.That(async () => await cache.Hybrid.SetAsync(key, 3), Throws.Nothing);
        Assert.That(async () => await cache.Hybrid.RemoveAsync(key), Throws.Nothing);
        Assert.That(await cache.GetAsync(new string('k', 5000), 4), Is.EqualTo(4));
    }

    [Test]
    public void Settings_out_of_range_are_refused_with_their_name()
    {
        using HybridUnderTest cache = new();
        (ShardedHybridCacheEntryOptions Options, string Name)[] cases =
        [
            (new() { Expiration = TimeSpan.Zero }, "Expiration"),
            (new() { LocalCacheExpiration = -Minute }, "LocalCacheExpiration"),
            (new() { NotFoundExpiration = -Minute }, "NotFoundExpiration"),
            (new() { ExpirationJitter = 0.6 }, "ExpirationJitter"),
            (new() { FailSafeDuration = -Minute }, "FailSafeDuration"),
            (new() { FailSafeSoftTimeout = -Minute }, "FailSafeSoftTimeout"),
            (new() { FailSafeRetryDelay = -Minute }, "FailSafeRetryDelay"),
            (new() { EarlyRefreshBeta = double.NaN }, "EarlyRefreshBeta"),
            (new() { LeaseDuration = TimeSpan.FromMilliseconds(99) }, "LeaseDuration"),
            (new() { LeaseWait = -Minute }, "LeaseWait"),
        ];
        foreach ((ShardedHybridCacheEntryOptions options, string name) in cases)
        {
            Assert.That(async () => await cache.GetAsync("a", 1, options), Throws.ArgumentException.With.Message.StartsWith(name));
            Assert.That(
                () => new HybridUnderTest(it => it.DefaultEntryOptions = options),
                Throws.InstanceOf<Microsoft.Extensions.Options.OptionsValidationException>().With.Message.Contains(name));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("*")]
    public void A_tag_that_cannot_be_is_refused(string? tag)
    {
        using HybridUnderTest cache = new();
        Assert.That(async () => await cache.GetAsync("a", 1, tags: [tag!]), Throws.ArgumentException);
    }
}
