using CacheRing.Memcached;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Times to live in the server's seconds: never too short where a header holds the deadline, never too long where none does.</summary>
[TestFixture]
internal sealed class MemcachedExpiryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    [Test]
    public void None_is_for_ever()
    {
        Assert.That(Expiry(EntryFormat.CacheRing).Of(null), Is.Zero);
        Assert.That(Expiry(EntryFormat.Raw).Of(null), Is.Zero);
    }

    [TestCase(1, 2, 1)]
    [TestCase(300, 2, 1)]
    [TestCase(1000, 2, 1)]
    [TestCase(1001, 3, 2)]
    [TestCase(60_000, 61, 60)]
    public void Short_ones_are_whole_seconds_from_now(int milliseconds, int withHeader, int raw)
    {
        Assert.That(Expiry(EntryFormat.CacheRing).Of(TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(withHeader));
        Assert.That(Expiry(EntryFormat.Raw).Of(TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(raw));
    }

    [Test]
    public void Those_beyond_thirty_days_are_dates()
    {
        MemcachedExpiry expiry = Expiry(EntryFormat.Raw);
        Assert.That(expiry.Of(Month), Is.EqualTo(2_592_000), "the longest that the server takes as a span");
        Assert.That(expiry.Of(Month + TimeSpan.FromSeconds(1)), Is.EqualTo(Now.ToUnixTimeSeconds() + 2_592_001));
        Assert.That(expiry.Of(TimeSpan.FromDays(3650)), Is.EqualTo(Now.AddDays(3650).ToUnixTimeSeconds()));

        // A second more for the header would make a date of what is still a span.
        Assert.That(Expiry(EntryFormat.CacheRing).Of(Month), Is.EqualTo(Now.ToUnixTimeSeconds() + 2_592_001));
    }

    [Test]
    public void Those_past_the_servers_numbers_end_with_them() =>
        Assert.That(Expiry(EntryFormat.CacheRing).Of(TimeSpan.FromDays(36_500)), Is.EqualTo(int.MaxValue));

    [TestCase(0, 2)]
    [TestCase(1_000, 2)]
    [TestCase(1_001, 3)]
    [TestCase(30_000, 31)]
    [TestCase(long.MaxValue / 10_000, 2_592_000)]
    public void A_lease_has_a_second_more_than_it_says_which_the_next_tick_may_take(long milliseconds, int seconds) =>
        Assert.That(MemcachedExpiry.OfLease(TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(seconds));

    private static MemcachedExpiry Expiry(EntryFormat format) => new(format, new FakeTimeProvider(Now));
}
