using System.Buffers;

namespace CacheRing.Patterns;

/// <summary>Arrays of bytes, as they are.</summary>
internal sealed class BytesFormat : ValueFormat<byte[]?>
{
    public override void Write(byte[]? value, IBufferWriter<byte> destination)
    {
        ValueMarker.Write(destination, value is null ? ValueMarker.Null : ValueMarker.Value);
        destination.Write(value);
    }

    public override byte[]? Read(ReadOnlySpan<byte> bytes) => ValueMarker.Read(bytes) switch
    {
        ValueMarker.Null => null,
        ValueMarker.Value => bytes[1..].ToArray(),
        _ => throw ValueMarker.Unknown(bytes),
    };
}
