using CacheRing.Entries;
using CsCheck;

namespace CacheRing.UnitTests.Entries;

/// <summary>What a loader knows of a value is stored in these bytes, and read back from no others.</summary>
[TestFixture]
internal sealed class EntryAnnexTests
{
    private static readonly Gen<(long Fresh, int Load, ulong Everything, TagVersion[] Tags)> Annexes = Gen.Select(
        Gen.Long[0, 4_000_000_000_000], Gen.Int[0, int.MaxValue], Gen.ULong, Gen.Select(Gen.String[Gen.Char['a', '\u07ff'], 1, 300], Gen.ULong, static (tag, version) => new TagVersion(tag, version)).Array[0, 5]);

    [Test]
    public void It_has_these_bytes() =>
        Assert.That(
            Convert.ToHexString(EntryAnnex.Make(1_790_000_000_123, 258, 0x1122334455667788, [new("a\u00e9", 0x0102030405060708), new("b", 9)])),
            Is.EqualTo(
                "01" + "7B6C50C4A0010000" + "02010000" + "8877665544332211" + "0200"
                + "0300" + "61C3A9" + "0807060504030201" + "0100" + "62" + "0900000000000000"));

    [Test]
    public void It_is_read_as_it_was_written() => Annexes.Sample(static annex =>
    {
        byte[] bytes = EntryAnnex.Make(annex.Fresh, annex.Load, annex.Everything, annex.Tags);
        if (!EntryAnnex.TryRead(bytes, out EntryAnnex read) || read.TagCount != annex.Tags.Length)
            return false;
        int offset = 0;
        foreach (TagVersion expected in annex.Tags)
        {
            if (!read.TryNextTag(ref offset, out ReadOnlySpan<byte> tag, out ulong version)
                || version != expected.Version || !EntryAnnex.IsSame(expected.Tag, tag) || EntryAnnex.IsSame(expected.Tag + "x", tag))
                return false;
        }

        return !read.TryNextTag(ref offset, out _, out _)
            && (read.FreshUntil, read.LoadMilliseconds, read.Everything) == (annex.Fresh, annex.Load, annex.Everything);
    });

    [Test]
    public void Torn_prolonged_or_of_another_version_it_is_none() => Annexes.Sample(static annex =>
    {
        byte[] bytes = EntryAnnex.Make(annex.Fresh, annex.Load, annex.Everything, annex.Tags);
        for (int length = 0; length < bytes.Length; length++)
        {
            if (EntryAnnex.TryRead(bytes.AsSpan(0, length), out _))
                return false;
        }

        byte[] later = [2, .. bytes[1..]];
        return !EntryAnnex.TryRead([.. bytes, 0], out _) && !EntryAnnex.TryRead(later, out _);
    }, iter: 50);
}
