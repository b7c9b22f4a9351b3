using System.Buffers;

namespace CacheRing.Entries;

/// <summary>
/// A stored entry in a rented buffer. <see cref="Return"/> it only when the write has succeeded: after a timeout or a
/// cancelled wait the transport may still hold the bytes, and a buffer given back would be sent with another's content. One
/// that is not returned is collected.
/// </summary>
internal readonly struct PooledEntry
{
    private readonly byte[] _buffer;
    private readonly int _length;

    public PooledEntry(int length, ulong stamp = 0)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(length);
        _length = length;
        Stamp = stamp;
    }

    /// <summary>The stamp in its header; 0 where it has none. Good also when the buffer has been returned.</summary>
    public ulong Stamp { get; }

    public Span<byte> Span => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);
}
