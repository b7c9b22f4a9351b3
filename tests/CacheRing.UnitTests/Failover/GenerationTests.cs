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
        GenerationRecord record = new(0x0102030405060708, new NodeProcess("4711", 0x0A0B))
        {
            Topology = 0x11223344,
            Phase = 3,
            Voided = VoidedStamps.From([new StampRange(0x20, 0x2F), new StampRange(0x10, 0x11)]),
        };
        Assert.That(Convert.ToHexString(record.ToBytes()), Is.EqualTo(
            "02" + "0807060504030201" + "44332211" + "03" + "0B0A000000000000" + "04" + "34373131"
            + "01" + "2000" + "1000000000000000" + "1100000000000000" + "2000000000000000" + "2F00000000000000"));
        Assert.That(GenerationRecord.TryRead(record.ToBytes(), out GenerationRecord? read), Is.True);
        Assert.That((read!.Generation, read.Process, read.Topology, read.Phase), Is.EqualTo((record.Generation, record.Process, record.Topology, record.Phase)));
        Assert.That(read.Voided.Ranges.ToArray(), Is.EqualTo(record.Voided.Ranges.ToArray()));
    }

    [Test]
    public void An_extension_of_a_kind_that_is_not_known_is_kept_when_the_record_is_written_anew()
    {
        byte[] bytes = [.. new GenerationRecord(1, new NodeProcess("abc")).ToBytes(), 9, 2, 0, 0xAA, 0xBB];
        Assert.That(GenerationRecord.TryRead(bytes, out GenerationRecord? record), Is.True);
        byte[] anew = (record! with { Generation = 2, Voided = VoidedStamps.From([new StampRange(5, 6)]) }).ToBytes();
        Assert.That(anew[^5..], Is.EqualTo(bytes[^5..]));
        Assert.That(GenerationRecord.TryRead(anew, out _), Is.True);
    }

    [Test]
    public void A_record_of_a_later_version_is_told_from_none()
    {
        byte[] good = new GenerationRecord(1, new NodeProcess("abc")).ToBytes();
        Assert.That(GenerationRecord.IsLater([3, .. good.AsSpan(1)]), Is.True);
        Assert.That(GenerationRecord.TryRead([3, .. good.AsSpan(1)], out _), Is.False);
        Assert.That(GenerationRecord.IsLater(good), Is.False);
        Assert.That(GenerationRecord.IsLater([]), Is.False);
    }

    [Test]
    public void Anything_else_is_no_record()
    {
        byte[] good = new GenerationRecord(1, new NodeProcess("abc")) { Voided = VoidedStamps.From([new StampRange(5, 6)]) }.ToBytes();
        const int WithoutExtension = 26;
        for (int length = 0; length < good.Length; length++)
            Assert.That(GenerationRecord.TryRead(good.AsSpan(0, length), out _), Is.EqualTo(length == WithoutExtension), $"{length} bytes");
        Assert.That(GenerationRecord.TryRead([.. good, 0], out _), Is.False, "one too many");
        Assert.That(GenerationRecord.TryRead([1, .. good.AsSpan(1)], out _), Is.False, "an earlier version");
    }

    [Test]
    public void Stamps_are_voided_by_few_ranges_and_when_there_are_too_many_the_nearest_become_one()
    {
        VoidedStamps voided = VoidedStamps.None;
        for (ulong i = 1; i <= 40; i++)
            voided = voided.With(new StampRange(1000 * i * i, (1000 * i * i) + 10));
        Assert.That(voided.Ranges.Length, Is.EqualTo(VoidedStamps.Most));
        for (ulong i = 1; i <= 40; i++)
            Assert.That(voided.Contains((1000 * i * i) + 5), Is.True, $"range {i}");
        Assert.That((voided.Contains(2500), voided.Contains(999), voided.Contains(1_550_000)), Is.EqualTo((true, false, false)), "between near ones; before all; between far ones");

        VoidedStamps touching = VoidedStamps.From([new StampRange(5, 9), new StampRange(10, 12), new StampRange(7, 8)]);
        Assert.That(touching.Ranges.ToArray(), Is.EqualTo([new StampRange(5, 12)]));
        StampRange over = new(ulong.MaxValue - 1, 3);
        Assert.That((over.Contains(ulong.MaxValue), over.Contains(0), over.Contains(3), over.Contains(4)), Is.EqualTo((true, true, true, false)));
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
