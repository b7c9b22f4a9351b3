using CacheRing.Entries;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.UnitTests.Entries;

/// <summary>The rules of <see cref="DistributedCacheEntryOptions"/>, as a deadline, a window and a time to live.</summary>
[TestFixture]
internal sealed class EntryLifetimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));

    [Test]
    public void Without_any_expiry_an_entry_lives_for_ever_or_for_the_default()
    {
        Assert.That(Ttl(new()), Is.Null);
        Assert.That(Ttl(new(), TimeSpan.FromMinutes(3)), Is.EqualTo(TimeSpan.FromMinutes(3)));
    }

    [Test]
    public void The_default_does_not_touch_entries_with_an_expiry_of_their_own()
    {
        Assert.That(Ttl(new() { SlidingExpiration = TimeSpan.FromHours(1) }, TimeSpan.FromMinutes(3)), Is.EqualTo(TimeSpan.FromHours(1)));
        Assert.That(Ttl(new() { AbsoluteExpiration = Now.AddHours(1) }, TimeSpan.FromMinutes(3)), Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void An_absolute_time_counts_in_any_time_zone() =>
        Assert.That(Ttl(new() { AbsoluteExpiration = Now.AddMinutes(1).ToOffset(TimeSpan.FromHours(-7)) }), Is.EqualTo(TimeSpan.FromMinutes(1)));

    [Test]
    public void Of_two_absolute_expiries_the_relative_one_counts() =>
        Assert.That(
            Ttl(new() { AbsoluteExpiration = Now.AddHours(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(2) }),
            Is.EqualTo(TimeSpan.FromMinutes(2)));

    [TestCase(30, 10, 10, TestName = "A window shorter than the cap counts")]
    [TestCase(5, 10, 5, TestName = "A cap before the window's end counts")]
    public void A_sliding_entry_lives_for_its_window_but_not_past_its_cap(int capMinutes, int windowMinutes, int expected) =>
        Assert.That(
            Ttl(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(capMinutes), SlidingExpiration = TimeSpan.FromMinutes(windowMinutes) }),
            Is.EqualTo(TimeSpan.FromMinutes(expected)));

    [TestCase(0)]
    [TestCase(-1)]
    public void An_absolute_time_that_is_not_in_the_future_is_refused(int seconds) =>
        Assert.That(
            () => Ttl(new() { AbsoluteExpiration = Now.AddSeconds(seconds) }),
            Throws.InstanceOf<ArgumentOutOfRangeException>()
                .With.Property("ParamName").EqualTo("AbsoluteExpiration")
                .And.Message.Contains("The absolute expiration value must be in the future."));

    [Test]
    public void A_time_beyond_the_calendar_means_no_deadline() =>
        Assert.That(Ttl(new() { AbsoluteExpirationRelativeToNow = TimeSpan.MaxValue }), Is.Null);

    [Test]
    public void A_window_beyond_the_calendar_is_no_window()
    {
        Assert.That(Ttl(new() { SlidingExpiration = TimeSpan.MaxValue }), Is.Null);
        Assert.That(
            Ttl(new() { SlidingExpiration = TimeSpan.MaxValue, AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) }), Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void Times_below_the_servers_millisecond_are_rounded_up()
    {
        Assert.That(Ttl(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromTicks(1) }), Is.EqualTo(TimeSpan.FromMilliseconds(1)));
        Assert.That(Ttl(new() { SlidingExpiration = TimeSpan.FromTicks(1) }), Is.EqualTo(TimeSpan.FromMilliseconds(1)));
        Assert.That(Ttl(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(1500.2) }), Is.EqualTo(TimeSpan.FromMilliseconds(1501)));
    }

    [Test]
    public void An_entry_is_over_at_its_deadline_and_not_before()
    {
        EntryLifetime lifetime = EntryLifetime.Of(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(1) }, null, Now, out _);
        Assert.That(lifetime.IsOver(Now.AddMilliseconds(999)), Is.False);
        Assert.That(lifetime.IsOver(Now.AddMilliseconds(1000)), Is.True);
    }

    [Test]
    public void The_server_is_never_told_to_keep_an_entry_for_longer_than_was_asked()
    {
        // A moment that is no whole millisecond: rounding the deadline and the clock apart would add one.
        DateTimeOffset now = Now.AddTicks(7);
        EntryLifetime.Of(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) }, null, now, out TimeSpan? timeToLive);
        Assert.That(timeToLive, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void A_renewal_is_the_window_but_no_longer_than_the_cap_leaves()
    {
        EntryLifetime lifetime = EntryLifetime.Of(
            new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(12), SlidingExpiration = TimeSpan.FromMinutes(5) }, null, Now, out _);
        Assert.That(lifetime.TimeToLive(Now.AddMinutes(3)), Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(lifetime.TimeToLive(Now.AddMinutes(10)), Is.EqualTo(TimeSpan.FromMinutes(2)));
        Assert.That(lifetime.TimeToLive(Now.AddMinutes(12)), Is.EqualTo(TimeSpan.FromMilliseconds(1)), "the least");
    }

    private static TimeSpan? Ttl(DistributedCacheEntryOptions options, TimeSpan? defaultLifetime = null)
    {
        EntryLifetime.Of(options, defaultLifetime, Now, out TimeSpan? timeToLive);
        return timeToLive;
    }
}
