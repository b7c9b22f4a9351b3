using System.Buffers;

namespace CacheRing.Patterns;

/// <summary>Takes what a serializer writes, in a rented buffer that is given back on disposal.</summary>
internal sealed class PooledWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstLength = 256;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    public void Advance(int count)
    {
        if (count < 0 || count > _buffer.Length - Length)
            throw new ArgumentOutOfRangeException(nameof(count), count, "More than the buffer has.");
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsSpan(Length);
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void MakeRoom(int sizeHint)
    {
        int wanted = Math.Max(1, sizeHint);
        if (wanted <= _buffer.Length - Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + wanted), (int)Math.Min(Array.MaxLength, 2L * _buffer.Length)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
