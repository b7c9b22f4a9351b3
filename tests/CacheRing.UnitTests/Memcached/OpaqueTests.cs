using System.Text;
using CacheRing.Memcached;
using CsCheck;

namespace CacheRing.UnitTests.Memcached;

/// <summary>The mark of a command, as its reply repeats it.</summary>
[TestFixture]
internal sealed class OpaqueTests
{
    [Test]
    public void A_mark_is_printable_and_found_again_at_its_distance() => Gen.Select(Gen.UInt, Gen.UInt[0, 5000]).Sample((number, distance) =>
    {
        byte[] mark = Mark(number + distance);
        Reply reply = new(ReplyStatus.Done, (byte[])[.. "c12 O"u8, .. mark]);
        return mark.All(static b => b is > 0x20 and < 0x7F) && Opaque.DistanceFrom(number, reply) == distance;
    });

    [Test]
    public void A_mark_with_one_wrong_character_is_none() => Gen.Select(Gen.UInt, Gen.Int[0, Opaque.Length - 1], Gen.Int[1, 63]).Sample((number, place, off) =>
    {
        byte[] mark = Mark(number);
        mark[place] = (byte)(((mark[place] - 0x30 + off) & 0x3F) + 0x30);
        Assert.Throws<MemcachedProtocolException>(() => Opaque.DistanceFrom(number, Reply(mark)));
    });

    [Test]
    public void A_reply_with_another_mark_is_a_surprise()
    {
        Opaque.Check(7, Reply(Mark(7)));
        Assert.Throws<MemcachedProtocolException>(() => Opaque.Check(7, Reply(Mark(8))));
        Assert.Throws<MemcachedProtocolException>(() => Opaque.Check(7, Reply(Mark(6))));
    }

    [TestCase("")]
    [TestCase("0000")]
    [TestCase("000000")]
    [TestCase("0 000")]
    [TestCase("00001")]
    [TestCase("~~~~~")]
    public void A_mark_that_is_none_of_ours_is_a_surprise(string mark) =>
        Assert.Throws<MemcachedProtocolException>(() => Opaque.Check(0, Reply(Encoding.ASCII.GetBytes(mark))));

    [Test]
    public void Only_a_bare_miss_may_come_without_a_mark()
    {
        Opaque.Check(7, new Reply(ReplyStatus.Missing, default));
        Assert.Throws<MemcachedProtocolException>(() => Opaque.Check(7, new Reply(ReplyStatus.Missing, "c1"u8)));
        Assert.Throws<MemcachedProtocolException>(() => Opaque.Check(7, new Reply(ReplyStatus.Value, default, "abc"u8)));
    }

    private static Reply Reply(byte[] mark) => new(ReplyStatus.Done, (byte[])[.. "O"u8, .. mark]);

    private static byte[] Mark(uint number)
    {
        byte[] mark = new byte[Opaque.Length];
        Opaque.Write(mark, number);
        return mark;
    }
}
