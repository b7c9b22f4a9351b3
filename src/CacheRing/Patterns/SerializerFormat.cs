using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.Patterns;

/// <summary>
/// Values as the app's own serializer writes them. It never sees a null, which few are made for. What it reads from is used again
/// when it returns, as with Microsoft's HybridCache.
/// </summary>
internal sealed class SerializerFormat<T> : ValueFormat<T>
{
    private readonly IHybridCacheSerializer<T> _serializer;

    public SerializerFormat(IHybridCacheSerializer<T> serializer) => _serializer = serializer;

    public override void Write(T value, IBufferWriter<byte> destination)
    {
        if (value is null)
        {
            ValueMarker.Write(destination, ValueMarker.Null);
            return;
        }

        ValueMarker.Write(destination, ValueMarker.Value);
        _serializer.Serialize(value, destination);
    }

    public override T Read(ReadOnlySpan<byte> bytes) => ValueMarker.Read(bytes) switch
    {
        // A value type has no null, and never wrote one.
        ValueMarker.Null when default(T) is null => default!,
        ValueMarker.Value => Deserialize(bytes[1..]),
        _ => throw ValueMarker.Unknown(bytes),
    };

    // It takes a sequence, which no span can be made into.
    private T Deserialize(ReadOnlySpan<byte> bytes)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        try
        {
            bytes.CopyTo(rented);
            return _serializer.Deserialize(new ReadOnlySequence<byte>(rented, 0, bytes.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
