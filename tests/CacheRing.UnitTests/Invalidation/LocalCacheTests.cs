using System.Diagnostics;
using System.Runtime.CompilerServices;
using CacheRing.Invalidation;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Invalidation;

/// <summary>What is kept in the process is given out as long as it is good, and no longer.</summary>
[TestFixture]
internal sealed class LocalCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private LocalEntries _local = null!;
    private LocalCache _cache = null!;

    [SetUp]
    public void Create()
    {
        _local = new LocalEntries();
        _cache = new LocalCache(100, 1000, _time);
    }

    [TearDown]
    public void Dispose() => _cache.Dispose();

    [Test]
    public void What_was_put_in_is_found_until_it_is_replaced_or_removed()
    {
        Assert.That(_cache.TryGet("a", out _), Is.False);
        LocalEntry first = Set("a");
        Assert.That(Get("a"), Is.SameAs(first));
        LocalEntry second = Set("a");
        Assert.That(Get("a"), Is.SameAs(second));
        Assert.That((_cache.Count, _cache.Bytes), Is.EqualTo((1, 1L)));
        _cache.Remove("a");
        Assert.That((Get("a"), _cache.Count, _cache.Bytes), Is.EqualTo(((LocalEntry?)null, 0, 0L)));
        Assert.That(Get("b"), Is.Null);
    }

    [Test]
    public void An_entry_is_over_at_its_time_and_not_before()
    {
        LocalEntry entry = Set("a", expiresAt: _time.GetTimestamp() + 10);
        _time.Advance(TimeSpan.FromTicks(9));
        Assert.That(Get("a"), Is.SameAs(entry));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That((Get("a"), _cache.Count, _cache.Bytes), Is.EqualTo(((LocalEntry?)null, 0, 0L)));
        Assert.That(Get("a"), Is.Null, "asked again");
        Assert.That(Set("a"), Is.SameAs(Get("a")), "and it can be put in anew");
    }

    [Test]
    public void By_the_systems_clock_too_nothing_is_given_out_past_its_end()
    {
        using LocalCache cache = new(100, 1000, TimeProvider.System);
        long begin = Stopwatch.GetTimestamp();
        LocalEntries.Kept[] entries =
            [.. Enumerable.Range(0, 40).Select(i => _local.Entry($"{i}", i, expiresAt: begin + (i * 5 * Stopwatch.Frequency / 1000)))];
        foreach (LocalEntries.Kept entry in entries)
            cache.TrySet($"{entry.Number}", entry);
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(250))
        {
            foreach (LocalEntries.Kept entry in entries)
            {
                long now = Stopwatch.GetTimestamp();
                if (cache.TryGet($"{entry.Number}", out _))
                    Assert.That(now, Is.LessThan(entry.ExpiresAt));
            }
        }
    }

    [Test]
    public void By_the_systems_clock_too_what_has_long_to_live_is_found()
    {
        using LocalCache cache = new(100, 1000, TimeProvider.System);
        foreach (double days in (double[])[0.1, 30, 10_000])
        {
            cache.TrySet("a", _local.Entry("a", expiresAt: Stopwatch.GetTimestamp() + (long)(days * 86400 * Stopwatch.Frequency)));
            Assert.That(cache.TryGet("a", out _), Is.True);
        }

        cache.TrySet("a", _local.Entry("a", expiresAt: long.MaxValue));
        Assert.That(cache.TryGet("a", out _), Is.True);
    }

    [Test]
    public void What_was_invalidated_is_not_given_out_and_not_kept()
    {
        LocalEntries.Kept late = _local.Entry("a", tags: "x");
        Set("a", tags: "x");
        _local.InvalidateTag("x");
        Assert.That((Get("a"), _cache.Count), Is.EqualTo(((LocalEntry?)null, 0)));
        Assert.That((_cache.TrySet("a", late), _cache.Count), Is.EqualTo((false, 0)), "its value was read before the invalidation");
    }

    [Test]
    public void When_messages_may_have_been_missed_nothing_that_was_kept_is_given_out()
    {
        Set("a");
        Set("b");
        _local.Feed.Close();
        Assert.That((Get("a"), Get("b")), Is.EqualTo(((LocalEntry?)null, (LocalEntry?)null)));
    }

    [Test]
    public void An_entry_that_would_push_out_too_much_is_not_kept()
    {
        Assert.That(_cache.TrySet("a", _local.Entry("a", size: 126)), Is.False);
        Assert.That(_cache.TrySet("a", _local.Entry("a", size: 125)), Is.True);
    }

    [Test]
    public void One_that_has_expired_already_is_not_kept() =>
        Assert.That(_cache.TrySet("a", _local.Entry("a", expiresAt: _time.GetTimestamp())), Is.False);

    [Test]
    public void Beyond_the_bytes_the_coldest_go_and_what_is_in_use_stays()
    {
        Set("used", size: 100);
        for (int i = 0; i < 200; i++)
        {
            Set($"{i}", size: 40);
            Assert.That(_cache.Bytes, Is.LessThanOrEqualTo(1000));
            Assert.That(Get("used"), Is.Not.Null, $"after {i} others");
        }

        Assert.That(_cache.Bytes, Is.GreaterThan(800), "no more go than have to");
    }

    [Test]
    public void Beyond_the_count_the_coldest_go()
    {
        for (int i = 0; i < 500; i++)
            Set($"{i}");
        Assert.That((_cache.Count, _cache.Bytes), Is.EqualTo((100, 100L)));
    }

    [Test]
    public void Cleared_it_is_empty_and_disposed_it_stays_so()
    {
        Set("a");
        Set("b");
        _cache.Clear();
        Assert.That((_cache.Count, _cache.Bytes, Get("a")), Is.EqualTo((0, 0L, (LocalEntry?)null)));
        Set("a");
        _cache.Dispose();
        Assert.That(_cache.TrySet("c", _local.Entry("c")), Is.False);
        Assert.That((_cache.Count, Get("a"), Get("c")), Is.EqualTo((0, (LocalEntry?)null, (LocalEntry?)null)));
    }

    [Test]
    public void A_removed_value_is_not_kept_in_memory()
    {
        WeakReference removed = SetAndRemove();
        GC.Collect();
        Assert.That(removed.IsAlive, Is.False);
    }

    [Test]
    public void A_hit_allocates_nothing()
    {
        using LocalCache cache = new(100, 1000, TimeProvider.System);
        cache.TrySet("a", _local.Entry("a", tags: ["x", "y"]));
        cache.TryGet("a", out _);
        int hits = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            hits += cache.TryGet("a", out _) ? 1 : 0;
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before, hits), Is.EqualTo((0L, 1000)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference SetAndRemove()
    {
        WeakReference entry = new(Set("a"));
        _cache.Remove("a");
        return entry;
    }

    private LocalEntries.Kept Set(string key, int size = 1, long expiresAt = long.MaxValue, params string[] tags)
    {
        LocalEntries.Kept entry = _local.Entry(key, 0, size, expiresAt, tags);
        Assert.That(_cache.TrySet(key, entry), Is.True);
        return entry;
    }

    private LocalEntry? Get(string key) => _cache.TryGet(key, out LocalEntry? entry) ? entry : null;
}
