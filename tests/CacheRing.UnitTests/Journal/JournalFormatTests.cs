using CacheRing.Journal;

namespace CacheRing.UnitTests.Journal;

/// <summary>The stored bytes, as other versions will find them.</summary>
[TestFixture]
internal sealed class JournalFormatTests
{
    private readonly JournalFormat _format = new(0x0102030405060708);

    [Test]
    public void A_write_has_these_bytes()
    {
        byte[] record = new byte[100];
        int length = _format.Write(record, 3, RecordKind.Upsert, 5, "key"u8, "value"u8);
        Assert.That(Convert.ToHexStringLower(record.AsSpan(0, length)), Is.EqualTo(
            "43524a01" + "08c9902299949be0" + "14000000" + "0300000000000000" + "01" + "0500000000000000" + "03000000" + "6b6579" + "76616c7565"));
    }

    [Test]
    public void What_is_settled_has_these_bytes()
    {
        byte[] record = new byte[100];
        int length = _format.Write(record, 4, [5, 6]);
        Assert.That(Convert.ToHexStringLower(record.AsSpan(0, length)), Is.EqualTo(
            "43524a01" + "9e7f5a80e6498e07" + "10000000" + "0400000000000000" + "03" + "0500000000000000" + "0600000000000000"));
    }

    [Test]
    public void The_head_has_these_bytes() =>
        Assert.That(Convert.ToHexStringLower(new JournalHead(0x0102030405060708, 9, 10).ToBytes()), Is.EqualTo(
            "43524801" + "0807060504030201" + "0900000000000000" + "0a00000000000000" + "a1f4deeacdf01bb5"));

    [Test]
    public void A_record_is_read_as_it_was_written()
    {
        byte[] record = new byte[100];
        int length = _format.Write(record, 3, RecordKind.Delete, 5, "key"u8, default);
        Assert.That(_format.TryRead(record.AsSpan(0, length), out long number, out RecordKind kind, out ReadOnlySpan<byte> body), Is.True);
        long sequence = JournalFormat.ReadWrite(body, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);
        Assert.That((number, kind, sequence, System.Text.Encoding.UTF8.GetString(key), value.Length), Is.EqualTo((3L, RecordKind.Delete, 5L, "key", 0)));
        Assert.That(new JournalFormat(1).TryRead(record.AsSpan(0, length), out _, out _, out _), Is.False, "another journal's");
    }
}
