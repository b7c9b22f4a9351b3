using System.Text;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A reply is read whole or not at all, and what is no reply is never taken for one.</summary>
[TestFixture]
internal sealed class ReplyParserTests
{
    [TestCase("HD\r\n", "Done", "")]
    [TestCase("HD Oabcd c12\r\n", "Done", "Oabcd c12")]
    [TestCase("EN\r\n", "Missing", "")]
    [TestCase("NF Oabcd\r\n", "NotFound", "Oabcd")]
    [TestCase("NS Oabcd\r\n", "NotStored", "Oabcd")]
    [TestCase("EX Oabcd\r\n", "Changed", "Oabcd")]
    [TestCase("MN\r\n", "NoOperation", "")]
    [TestCase("STORED\r\n", "Stored", "")]
    [TestCase("VERSION 1.6.18\r\n", "Version", "1.6.18")]
    [TestCase("STAT pid 12\r\n", "Statistic", "pid 12")]
    [TestCase("END\r\n", "End", "")]
    [TestCase("SERVER_ERROR out of memory storing object\r\n", "ServerError", "out of memory storing object")]
    [TestCase("CLIENT_ERROR bad data chunk\r\n", "ClientError", "bad data chunk")]
    [TestCase("ERROR\r\n", "ClientError", "")]
    public void Each_kind_of_line_is_known(string bytes, string status, string text)
    {
        Assert.That(ReplyParser.TryRead(Bytes(bytes + "HD\r\n"), out Reply reply, out int length), Is.True);
        Assert.That(reply.Status.ToString(), Is.EqualTo(status));
        Assert.That(Encoding.Latin1.GetString(reply.Text), Is.EqualTo(text));
        Assert.That(length, Is.EqualTo(bytes.Length), "what follows is left");
    }

    [TestCase("VA 0 Oabcd\r\n\r\n", "", "Oabcd")]
    [TestCase("VA 3\r\nabc\r\n", "abc", "")]
    [TestCase("VA 8 Oabcd c5\r\nHD\r\nEN\r\n\r\n", "HD\r\nEN\r\n", "Oabcd c5")]
    public void A_value_is_as_long_as_it_says_whatever_is_in_it(string bytes, string value, string text)
    {
        Assert.That(ReplyParser.TryRead(Bytes(bytes), out Reply reply, out int length), Is.True);
        Assert.That(Encoding.Latin1.GetString(reply.Value), Is.EqualTo(value));
        Assert.That(Encoding.Latin1.GetString(reply.Text), Is.EqualTo(text));
        Assert.That(length, Is.EqualTo(bytes.Length));
    }

    [TestCase("VALUE k 0 6\r\nEND\r\nx\r\n", "END\r\nx", "k 0")]
    [TestCase("VALUE k 4294967295 0\r\n\r\n", "", "k 4294967295")]
    public void An_item_names_its_key(string bytes, string value, string text)
    {
        Assert.That(ReplyParser.TryRead(Bytes(bytes), out Reply reply, out int length), Is.True);
        Assert.That(reply.Status, Is.EqualTo(ReplyStatus.Item));
        Assert.That(Encoding.Latin1.GetString(reply.Value), Is.EqualTo(value));
        Assert.That(Encoding.Latin1.GetString(reply.Text), Is.EqualTo(text));
        Assert.That(length, Is.EqualTo(bytes.Length));
    }

    [TestCase("VALUE k 0 6\r\nEND\r\nx\r\n")]
    [TestCase("VA 8 Oabcd c5\r\nHD\r\nEN\r\n\r\n")]
    [TestCase("SERVER_ERROR object too large for cache\r\n")]
    [TestCase("HD\r\n")]
    public void A_part_of_a_reply_is_none_and_never_asks_for_more_than_the_whole(string bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.That(ReplyParser.TryRead(Bytes(bytes[..i]), out _, out int length), Is.False);
            Assert.That(length, Is.InRange(i + 1, bytes.Length));
        }
    }

    [TestCase("CANARY 1\r\n")]
    [TestCase("$6\r\nCANARY\r\n")]
    [TestCase("hd\r\n")]
    [TestCase("HDX\r\n")]
    [TestCase("\r\n")]
    [TestCase("\n")]
    [TestCase("HD\n")]
    [TestCase("VALUE\r\n")]
    [TestCase("VALUE CANARY\r\n")]
    [TestCase("VALUE CANARY 3\r\nabc\r\n")]
    [TestCase("VALUE CANARY 0 x\r\n")]
    [TestCase("VALUE CANARY x 3\r\nabc\r\n")]
    [TestCase("VALUE CANARY 0 3 7\r\nabc\r\n")]
    [TestCase("VALUE CANARY  3\r\nabc\r\n")]
    [TestCase("VALUE CANARY 0 -1\r\n")]
    [TestCase("VALUE CANARY 0 1073741825\r\n")]
    [TestCase("VALUE k 0 3\r\nCANARY\r\n")]
    [TestCase("VA\r\n")]
    [TestCase("VA CANARY\r\n")]
    [TestCase("VA -1\r\n")]
    [TestCase("VA 3x\r\nabc\r\n")]
    [TestCase("VA 1073741825\r\n")]
    [TestCase("VA 4294967299\r\nabc\r\n")]
    [TestCase("VA 99999999999999999999\r\n")]
    [TestCase("VA 3\r\nCANARY\r\n")]
    [TestCase("VA 6\r\nCANARYxx")]
    public void What_is_no_reply_is_a_surprise_whose_text_repeats_none_of_it(string bytes)
    {
        MemcachedProtocolException error = Assert.Throws<MemcachedProtocolException>(() => ReplyParser.TryRead(Bytes(bytes), out _, out _))!;
        Assert.That(error.Message, Does.Not.Contain("CANARY"));
    }

    [Test]
    public void A_line_without_an_end_is_a_surprise_and_not_waited_for()
    {
        byte[] bytes = new byte[ReplyParser.LongestLine];
        Array.Fill(bytes, (byte)'x');
        Assert.That(ReplyParser.TryRead(bytes.AsSpan(1), out _, out _), Is.False);
        Assert.Throws<MemcachedProtocolException>(() => ReplyParser.TryRead(bytes, out _, out _));
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
