using CacheRing.Ring;
using CacheRing.Sharding;
using CsCheck;

namespace CacheRing.UnitTests.Sharding;

/// <summary>Keys are checked and located in one pass, without allocation.</summary>
[TestFixture]
internal sealed class KeyRouterTests
{
    private static readonly HashRing Ring = HashRings.Create(new RingOptions(), "", Caches.Members(5));

    [Test]
    public void Null_is_refused_as_null_and_empty_as_an_argument()
    {
        KeyRouter router = Router();
        Assert.That(() => router.Locate(null!, out _), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("key"));
        Assert.That(() => router.Locate("", out _), Throws.ArgumentException.With.Property("ParamName").EqualTo("key"));
    }

    // As numbers: an attribute's text is kept as UTF-8, which has no half pairs.
    [TestCase(0xD83D)]
    [TestCase(0x61, 0xDCA9, 0x62)]
    [TestCase(0xDCA9, 0xD83D)]
    public void Half_a_surrogate_pair_is_refused_since_it_would_share_an_entry_with_other_such_keys(params int[] units) =>
        Assert.That(
            () => Router().Locate(string.Concat(units.Select(static unit => (char)unit)), out _),
            Throws.ArgumentException.With.Message.Contains("surrogate"));

    [TestCase(1024, 'a', 1)]
    [TestCase(1024, '€', 3)]
    [TestCase(10, 'é', 2)]
    [TestCase(60_000, 'a', 1)]
    public void The_limit_counts_bytes_of_UTF8(int limit, char letter, int bytesEach)
    {
        KeyRouter router = Router(limit);
        Assert.That(() => router.Locate(new string(letter, limit / bytesEach), out _), Throws.Nothing);
        Assert.That(
            () => router.Locate(new string(letter, (limit / bytesEach) + 1), out _),
            Throws.ArgumentException.With.Message.Contains($"longer than {limit} bytes").And.Message.Contains("MaxKeyBytes"));
    }

    [TestCase("cr:")]
    [TestCase("cr:gen")]
    public void A_key_that_begins_as_CacheRings_own_is_refused(string key)
    {
        Assert.That(() => Router().Locate(key, out _), Throws.ArgumentException.With.Message.Contains("'cr:'"));
        Assert.That(Router().Accepts(key), Is.False);
    }

    [Test]
    public void All_records_that_are_kept_on_nodes_are_under_keys_that_are_refused() =>
        Assert.That(
            (string[])[CacheRing.Failover.GenerationRecord.Key, CacheRing.Invalidation.TagKeys.Of("tag")], Is.All.StartsWith(KeyRouter.OwnPrefix));

    [Test]
    public void A_long_key_is_hashed_like_a_short_one()
    {
        string key = new('k', 1000);
        Router(1024).Locate(key, out ulong onStack);
        Router(65_536).Locate(key, out ulong rented);
        Assert.That(rented, Is.EqualTo(onStack));
    }

    [Test]
    public void With_HashInstanceName_the_whole_stored_key_is_hashed() =>
        Gen.String[Gen.Char['a', 'z'], 1, 40].Sample(key =>
        {
            new KeyRouter(Ring, "app:", 1024).Locate(key, out ulong prefixed);
            Router().Locate($"app:{key}", out ulong whole);
            return prefixed == whole;
        });

    [Test]
    public void Locating_allocates_nothing()
    {
        KeyRouter router = Router();
        string[] keys = [.. Enumerable.Range(0, 100).Select(static i => $"key:{i}")];
        Locate();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Locate();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Locate()
        {
            foreach (string key in keys)
                router.Locate(key, out _);
        }
    }

    private static KeyRouter Router(int limit = 1024) => new(Ring, "", limit);
}
