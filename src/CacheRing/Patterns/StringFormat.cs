using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace CacheRing.Patterns;

/// <summary>
/// Strings, as UTF-8. One that UTF-8 has no bytes for, with half a surrogate pair in it, is kept as it is in memory: with U+FFFD for
/// the half, another string would be read than was written.
/// </summary>
internal sealed class StringFormat : ValueFormat<string?>
{
    public override void Write(string? value, IBufferWriter<byte> destination)
    {
        if (value is null)
        {
            ValueMarker.Write(destination, ValueMarker.Null);
            return;
        }

        Span<byte> span = destination.GetSpan(checked(1 + Encoding.UTF8.GetByteCount(value)));
        if (Utf8.FromUtf16(value, span[1..], out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            WriteUtf16(value, destination);
            return;
        }

        span[0] = ValueMarker.Value;
        destination.Advance(1 + written);
    }

    public override string? Read(ReadOnlySpan<byte> bytes) => ValueMarker.Read(bytes) switch
    {
        ValueMarker.Null => null,
        ValueMarker.Value when Utf8.IsValid(bytes[1..]) => Encoding.UTF8.GetString(bytes[1..]),
        ValueMarker.Utf16 when bytes.Length % sizeof(char) == 1 => ReadUtf16(bytes[1..]),
        ValueMarker.Value or ValueMarker.Utf16 => throw new InvalidDataException("A stored string is damaged: its bytes are no text."),
        _ => throw ValueMarker.Unknown(bytes),
    };

    private static void WriteUtf16(string value, IBufferWriter<byte> destination)
    {
        int length = checked(1 + (sizeof(char) * value.Length));
        Span<byte> span = destination.GetSpan(length);
        span[0] = ValueMarker.Utf16;
        for (int i = 0; i < value.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(span[(1 + (sizeof(char) * i))..], value[i]);
        destination.Advance(length);
    }

    private static string ReadUtf16(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length / sizeof(char), bytes, static (chars, bytes) =>
    {
        for (int i = 0; i < chars.Length; i++)
            chars[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(sizeof(char) * i)..]);
    });
}
