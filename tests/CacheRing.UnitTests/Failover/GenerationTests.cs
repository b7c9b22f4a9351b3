using CacheRing.Failover;
using CacheRing.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Failover;

/// <summary>Generations, and the record in which a node keeps its own.</summary>
[TestFixture]
internal sealed class GenerationTests
{
    [Test]
    public void The_record_has_these_bytes()
    {
        byte[] bytes = new GenerationRecord(0x0102030405060708, new NodeProcess("4711", 0x0A0B)).ToBytes();
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo("01" + "0807060504030201" + "00000000" + "0B0A000000000000" + "04" + "34373131"));
        GenerationRecord read = GenerationRecord.Of(bytes)!;
        Assert.That(read, Is.EqualTo(new GenerationRecord(0x0102030405060708, new NodeProcess("4711", 0x0A0B))));
    }

    [Test]
    public void Anything_else_is_no_record()
    {
        byte[] good = new GenerationRecord(1, new NodeProcess("abc")).ToBytes();
        for (int length = 0; length < good.Length; length++)
            Assert.That(GenerationRecord.Of(good.AsSpan(0, length)), Is.Null, $"{length} bytes");
        Assert.That(GenerationRecord.Of([.. good, 0]), Is.Null, "one too many");
        Assert.That(GenerationRecord.Of([2, .. good.AsSpan(1)]), Is.Null, "a later version");
    }

    [Test]
    public void A_generation_is_the_clocks_time_and_random_bits()
    {
        FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
        ulong one = new GenerationClock(time).Next();
        Assert.That(one >> 16, Is.EqualTo(1_000_001));
        ulong[] many = [.. Enumerable.Range(0, 100).Select(_ => new GenerationClock(time).Next())];
        Assert.That(many.Distinct().Count(), Is.GreaterThan(90), "two clients do not make the same");
    }

    [Test]
    public void It_is_later_than_any_that_was_seen_though_the_clock_is_slow_or_goes_back()
    {
        FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
        GenerationClock clock = new(time);
        clock.Saw(5_000_000UL << 16);
        ulong last = 5_000_000UL << 16;
        for (int i = 0; i < 1000; i++)
        {
            ulong next = clock.Next();
            Assert.That(next, Is.GreaterThan(last));
            last = next;
        }
    }

    [Test]
    public void Many_threads_never_make_the_same_one()
    {
        GenerationClock clock = new(TimeProvider.System);
        ulong[] all = new ulong[40_000];
        Parallel.For(0, all.Length, i => all[i] = clock.Next());
        Assert.That(all.Select(static generation => generation >> 16).Distinct().Count(), Is.GreaterThan(all.Length / 4));
        Assert.That(all.Distinct().Count(), Is.GreaterThan(all.Length - 5), "but for chance");
    }
}
