using System.Buffers.Binary;

namespace CacheRing.Testing.History;

/// <summary>What is cached in a recorded run: a version, whose key it is of, and padding that shows whether it came whole.</summary>
public static class HistoryValue
{
    private const int HeadBytes = 16;

    public static byte[] Encode(int key, long version, int padding)
    {
        byte[] value = new byte[HeadBytes + padding];
        BinaryPrimitives.WriteInt64LittleEndian(value, version);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(8), key);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(12), padding);
        value.AsSpan(HeadBytes).Fill(PaddingOf(key, version));
        return value;
    }

    /// <summary>The version in a value; false when these bytes were not written as one of this key.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> value, int key, out long version)
    {
        version = 0;
        if (value.Length < HeadBytes
            || BinaryPrimitives.ReadInt32LittleEndian(value[8..]) != key
            || BinaryPrimitives.ReadInt32LittleEndian(value[12..]) != value.Length - HeadBytes)
            return false;
        version = BinaryPrimitives.ReadInt64LittleEndian(value);
        return value[HeadBytes..].IndexOfAnyExcept(PaddingOf(key, version)) < 0;
    }

    private static byte PaddingOf(int key, long version) => (byte)((key * 31) + version);
}
