using System.Buffers;

namespace CacheRing.Patterns;

/// <summary>The first byte of a value that is not JSON: what follows it.</summary>
/// <remarks>
/// <code>
/// null                      00
/// string                    01 UTF-8
/// string, half a pair in it 02 UTF-16, little endian
/// byte[]                    01 the bytes
/// a user's serializer       01 what it wrote
/// JSON                      the text itself, without a marker; null is "null"
/// </code>
/// </remarks>
internal static class ValueMarker
{
    public const byte Null = 0;
    public const byte Value = 1;
    public const byte Utf16 = 2;

    public static void Write(IBufferWriter<byte> destination, byte marker)
    {
        destination.GetSpan(1)[0] = marker;
        destination.Advance(1);
    }

    public static byte Read(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? throw Unknown(bytes) : bytes[0];

    public static InvalidDataException Unknown(ReadOnlySpan<byte> bytes) => new(
        bytes.IsEmpty ? "A stored value has no bytes at all." : $"A stored value begins with {bytes[0]:X2}, which is no marker of this format.");
}
