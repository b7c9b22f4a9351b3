using CacheRing.Entries;
using CsCheck;

namespace CacheRing.UnitTests.Entries;

/// <summary>The stored form is pinned: other versions of the library read these bytes.</summary>
[TestFixture]
internal sealed class EntryHeaderTests
{
    public static readonly TestCaseData[] Golden =
    [
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Value },
            "56" + "0000000000000000" + "0000000000000000" + "00000000" + "01" + "00").SetArgDisplayNames("a value without expiry"),
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Value, Deadline = 1_790_000_000_123 },
            "56" + "0000000000000000" + "0000000000000000" + "00000000" + "01" + "01" + "7B6C50C4A0010000").SetArgDisplayNames("absolute"),
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Value, Window = 1_200_000 },
            "56" + "0000000000000000" + "0000000000000000" + "00000000" + "01" + "02" + "804F120000000000").SetArgDisplayNames("sliding"),
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Value, Deadline = 1_790_000_000_123, Window = 1_200_000 },
            "56" + "0000000000000000" + "0000000000000000" + "00000000" + "01" + "03" + "7B6C50C4A0010000" + "804F120000000000").SetArgDisplayNames("sliding, capped"),
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Value, Window = 1_200_000, KeyLength = 3 },
            "56" + "0000000000000000" + "0000000000000000" + "00000000" + "01" + "22" + "804F120000000000" + "03000000" + "000000").SetArgDisplayNames("with room for the key"),
        new TestCaseData(
            new EntryHeader { Kind = EntryKind.Placeholder, Generation = 0x0102030405060708, Stamp = 0x1112131415161718, Topology = 0x21222324 },
            "50" + "0807060504030201" + "1817161514131211" + "24232221" + "01" + "00").SetArgDisplayNames("a placeholder with generation, stamp and topology"),
    ];

    [TestCaseSource(nameof(Golden))]
    public void A_header_has_these_bytes(object header, string bytes)
    {
        EntryHeader expected = (EntryHeader)header;
        byte[] written = new byte[expected.Length];
        expected.Write(written);
        Assert.That(Convert.ToHexString(written), Is.EqualTo(bytes));

        Assert.That(EntryHeader.TryRead(written, out EntryHeader read), Is.True);
        Assert.That(read, Is.EqualTo(expected));
    }

    [Test]
    public void Every_header_reads_back_as_it_was_written() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.UInt, Gen.Long[0, 253_402_300_800_000].Nullable(), Gen.Long[1, 253_402_300_800_000].Nullable()).Sample((generation, stamp, topology, deadline, window) =>
        {
            EntryHeader header = new() { Kind = EntryKind.Value, Generation = generation, Stamp = stamp, Topology = topology, Deadline = deadline, Window = window };
            byte[] bytes = new byte[header.Length + 3];
            header.Write(bytes);
            return EntryHeader.TryRead(bytes, out EntryHeader read) && read == header && read.Length == header.Length;
        });

    [Test]
    public void The_first_21_bytes_stand_where_server_side_scripts_look_for_them()
    {
        byte[] bytes = new byte[EntryHeader.MaxLength];
        new EntryHeader { Kind = EntryKind.Value, Generation = ulong.MaxValue, Deadline = 1, Window = 1 }.Write(bytes);
        Assert.That(bytes[1..9], Is.All.EqualTo(0xFF), "generation");
        new EntryHeader { Kind = EntryKind.Value, Stamp = ulong.MaxValue, Deadline = 1, Window = 1 }.Write(bytes);
        Assert.That(bytes[9..17], Is.All.EqualTo(0xFF), "stamp");
        new EntryHeader { Kind = EntryKind.Value, Topology = uint.MaxValue, Deadline = 1, Window = 1 }.Write(bytes);
        Assert.That(bytes[17..21], Is.All.EqualTo(0xFF), "topology");
    }

    [Test]
    public void A_later_version_unknown_flags_another_kind_and_a_torn_header_are_no_entries()
    {
        byte[] good = new byte[EntryHeader.MaxLength];
        new EntryHeader { Kind = EntryKind.Value, Deadline = 1, Window = 1 }.Write(good);
        Assert.That(EntryHeader.TryRead(good, out _), Is.True);

        Assert.That(Changed(0, (byte)'X'), Is.False, "kind");
        Assert.That(Changed(21, 2), Is.False, "version");
        foreach (int bit in (int[])[2, 3, 5, 6, 7])
            Assert.That(Changed(22, (byte)(3 | (1 << bit))), Is.False, $"flag {bit}");
        for (int length = 0; length < good.Length; length++)
            Assert.That(EntryHeader.TryRead(good.AsSpan(0, length), out _), Is.False, $"{length} bytes");

        bool Changed(int at, byte value)
        {
            byte[] bytes = [.. good];
            bytes[at] = value;
            return EntryHeader.TryRead(bytes, out _);
        }
    }

    [TestCase(-1L, 1L)]
    [TestCase(long.MaxValue, 1L)]
    [TestCase(1L, 0L)]
    [TestCase(1L, -5L)]
    [TestCase(1L, long.MaxValue)]
    public void Times_that_no_calendar_has_are_no_entry(long deadline, long window)
    {
        byte[] bytes = new byte[EntryHeader.MaxLength];
        new EntryHeader { Kind = EntryKind.Value, Deadline = deadline, Window = window }.Write(bytes);
        Assert.That(EntryHeader.TryRead(bytes, out _), Is.False);
    }

    [Test]
    public void Random_bytes_never_break_the_reader() =>
        Gen.Byte.Array[0, 60].Sample(bytes => !EntryHeader.TryRead(bytes, out EntryHeader header) || header.Length <= bytes.Length);
}
