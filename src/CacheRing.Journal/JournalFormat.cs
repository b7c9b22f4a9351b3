using System.Buffers.Binary;
using K4os.Hash.xxHash;

namespace CacheRing.Journal;

/// <summary>
/// A record of the log. Numbers are little endian; version 1:
/// <code>
///  0  magic    43 52 4a 01 ("CRJ", version)
///  4  hash     8 bytes: XXH64 of all that follows, with the journal's id as seed, so that no value can pass for a record
/// 12  length   4 bytes: of the body
/// 16  number   8 bytes: of the record, without a gap from one to the next
/// 24  kind     1 byte: 1 upsert, 2 delete, 3 settled
/// 25  body     of a write: sequence (8), length of the key (4), key, value
///              of settled: sequences (8 each)
/// </code>
/// The log's own framing lies around it, and is not relied on when a log is read: a record is where a magic and a right hash are.
/// </summary>
internal sealed class JournalFormat(long id)
{
    public const int HeaderLength = 25;
    public const int WriteLength = sizeof(long) + sizeof(int);
    private const uint Magic = 0x01_4a_52_43;

    public static ReadOnlySpan<byte> MagicBytes => [0x43, 0x52, 0x4a, 0x01];

    /// <summary>Writes a record of a write; gives its length.</summary>
    public int Write(Span<byte> destination, long number, RecordKind kind, long sequence, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> body = destination[HeaderLength..];
        BinaryPrimitives.WriteInt64LittleEndian(body, sequence);
        BinaryPrimitives.WriteInt32LittleEndian(body[sizeof(long)..], key.Length);
        key.CopyTo(body[WriteLength..]);
        value.CopyTo(body[(WriteLength + key.Length)..]);
        return Seal(destination, number, kind, WriteLength + key.Length + value.Length);
    }

    /// <summary>Writes a record of what is settled; gives its length.</summary>
    public int Write(Span<byte> destination, long number, ReadOnlySpan<long> settled)
    {
        Span<byte> body = destination[HeaderLength..];
        for (int i = 0; i < settled.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(body[(i * sizeof(long))..], settled[i]);
        return Seal(destination, number, RecordKind.Settled, settled.Length * sizeof(long));
    }

    /// <summary>Reads the record that begins where the bytes do.</summary>
    /// <returns>False: there is none that is whole.</returns>
    public bool TryRead(ReadOnlySpan<byte> bytes, out long number, out RecordKind kind, out ReadOnlySpan<byte> body)
    {
        number = 0;
        kind = default;
        body = default;
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (length < 0 || length > bytes.Length - HeaderLength)
            return false;
        ReadOnlySpan<byte> hashed = bytes[12..(HeaderLength + length)];
        if (HashOf(hashed) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]))
            return false;
        number = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        kind = (RecordKind)bytes[24];
        body = bytes.Slice(HeaderLength, length);
        return true;
    }

    /// <summary>Reads the body of a write.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static long ReadWrite(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        int keyLength = body.Length < WriteLength ? -1 : BinaryPrimitives.ReadInt32LittleEndian(body[sizeof(long)..]);
        if (keyLength < 0 || keyLength > body.Length - WriteLength)
            throw new InvalidDataException("A record of the journal has a body that cannot be. It was written by another program, or another version.");
        key = body.Slice(WriteLength, keyLength);
        value = body[(WriteLength + keyLength)..];
        return BinaryPrimitives.ReadInt64LittleEndian(body);
    }

    private unsafe ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
            return XXH64.DigestOf(first, bytes.Length, (ulong)id);
    }

    private int Seal(Span<byte> record, long number, RecordKind kind, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], length);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], number);
        record[24] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(record[4..], HashOf(record[12..(HeaderLength + length)]));
        return HeaderLength + length;
    }
}

/// <summary>What a record says.</summary>
internal enum RecordKind : byte
{
    Upsert = 1,
    Delete = 2,
    Settled = 3,
}
