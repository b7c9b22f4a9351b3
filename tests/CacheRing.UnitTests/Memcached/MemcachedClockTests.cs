using CacheRing.Memcached;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Beats stand for times: never for less than was asked, and hardly for more.</summary>
[TestFixture]
internal sealed class MemcachedClockTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase(10, 5, TestName = "A short timeout is measured by the shortest beat")]
    [TestCase(100, 20, TestName = "Others by a fifth of it")]
    [TestCase(1000, 50, TestName = "A long one by the longest beat")]
    public void It_beats_five_times_within_the_timeout_within_bounds(int timeout, int beat)
    {
        using MemcachedClock clock = new(Ms(timeout), _time);
        int beats = 0;
        clock.Start(() => beats++);
        Assert.That(clock.Now, Is.Zero);

        _time.Advance(Ms(beat) - TimeSpan.FromTicks(1));
        Assert.That(clock.Now, Is.Zero);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That((clock.Now, beats), Is.EqualTo((1, 1)));
        _time.Advance(Ms(9 * beat));
        Assert.That((clock.Now, beats), Is.EqualTo((10, 10)));
    }

    [TestCase(100, 0)]
    [TestCase(100, 19)]
    [TestCase(100, 1)]
    [TestCase(101, 7)]
    [TestCase(1, 19)]
    public void Older_than_its_beats_is_who_has_waited_that_long_and_no_more_than_a_beat_longer(int span, int sinceBeat)
    {
        using MemcachedClock clock = new(Ms(100), _time);
        clock.Start(static () => { });
        _time.Advance(Ms(40 + sinceBeat));
        int born = clock.Now;
        int waited = 0;
        while (clock.Now - born <= clock.Beats(Ms(span)))
        {
            _time.Advance(Ms(1));
            waited++;
        }

        // The span itself is rounded up to beats of 20 ms.
        Assert.That(waited, Is.InRange(span, (((span + 19) / 20) + 1) * 20));
    }

    [Test]
    public void The_call_back_sees_the_new_beat()
    {
        using MemcachedClock clock = new(Ms(100), _time);
        List<int> seen = [];
        clock.Start(() => seen.Add(clock.Now));
        _time.Advance(Ms(60));
        Assert.That(seen, Is.EqualTo([1, 2, 3]));
    }

    [Test]
    public void After_disposal_it_is_still()
    {
        MemcachedClock clock = new(Ms(100), _time);
        clock.Dispose();
        clock = new MemcachedClock(Ms(100), _time);
        clock.Start(static () => { });
        clock.Dispose();
        _time.Advance(Ms(1000));
        Assert.That(clock.Now, Is.Zero);
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
