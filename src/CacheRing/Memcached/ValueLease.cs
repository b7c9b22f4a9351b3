using System.Buffers;

namespace CacheRing.Memcached;

/// <summary>A value in a rented buffer, from the reader's thread to the caller's. One that is not returned is collected.</summary>
internal struct ValueLease
{
    private byte[]? _buffer;
    private int _length;

    public readonly bool IsThere => _buffer is not null;

    public readonly ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    public void Take(ReadOnlySpan<byte> value)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(value.Length);
        _length = value.Length;
        value.CopyTo(_buffer);
    }

    public void Return()
    {
        if (_buffer is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        _buffer = null;
    }
}
