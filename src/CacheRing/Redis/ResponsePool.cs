using System.Buffers;

namespace CacheRing.Redis;

/// <summary>
/// Where the driver's buffers for answers come from. It asks for pages of 8 KiB and gets 64, so that one read of the socket takes many
/// answers; smaller blocks, for an answer that lies across two pages, have the size that they need.
/// </summary>
internal sealed class ResponsePool : MemoryPool<byte>
{
    private const int PageBytes = 64 * 1024;
    private const int LeastPage = 4 * 1024;

    public static new ResponsePool Shared { get; } = new();

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        new Block(minBufferSize is >= 0 and < LeastPage ? minBufferSize : Math.Max(minBufferSize, PageBytes));

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(int length) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(length);

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            // Given back twice it would be two others' at once.
            if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
