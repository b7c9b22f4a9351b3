using System.Buffers;

namespace CacheRing.Patterns;

/// <summary>
/// Values of a read-through cache:
/// <code>
/// not found  00
/// a value    01, then what the value's own format writes
/// </code>
/// </summary>
internal sealed class FoundFormat<TValue>(ValueFormat<TValue> inner) : ValueFormat<FoundValue<TValue>?>(inner.IsShareable)
{
    public override void Write(FoundValue<TValue>? value, IBufferWriter<byte> destination)
    {
        ValueMarker.Write(destination, value is null ? ValueMarker.Null : ValueMarker.Value);
        if (value is not null)
            inner.Write(value.Value, destination);
    }

    public override FoundValue<TValue>? Read(ReadOnlySpan<byte> bytes) => ValueMarker.Read(bytes) switch
    {
        ValueMarker.Null => null,
        ValueMarker.Value => new FoundValue<TValue>(inner.Read(bytes[1..])),
        _ => throw ValueMarker.Unknown(bytes),
    };
}
