namespace CacheRing.UnitTests.Memcached;

/// <summary>A connection's stream without a network: what is written is seen at once, what is sent is read piece by piece.</summary>
internal abstract class DuplexStream : Stream
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _more = new(0);
    private readonly List<byte> _sent = [];
    private int _read;
    private bool _isEnded;

    public sealed override bool CanRead => true;

    public sealed override bool CanWrite => true;

    public sealed override bool CanSeek => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>All that has been sent.</summary>
    public byte[] Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    /// <summary>How many bytes have been sent and not been read.</summary>
    protected int Waiting => _sent.Count - _read;

    /// <summary>The size of the next piece.</summary>
    protected abstract int NextPiece { get; }

    public sealed override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isEnded)
                return ValueTask.FromException(new IOException("The connection is closed."));
            Written(buffer.Span);
        }

        return default;
    }

    public sealed override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            lock (_lock)
            {
                if (Waiting > 0)
                {
                    int count = Math.Min(Math.Min(NextPiece, buffer.Length), Waiting);
                    for (int i = 0; i < count; i++)
                        buffer.Span[i] = _sent[_read + i];
                    _read += count;
                    return count;
                }

                if (_isEnded)
                    return 0;
            }

            await _more.WaitAsync(cancellationToken);
        }
    }

    public sealed override void Flush()
    {
    }

    public sealed override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The client has written; called under the lock.</summary>
    protected abstract void Written(ReadOnlySpan<byte> bytes);

    /// <summary>Sends; called from <see cref="Written"/>.</summary>
    protected void Send(ReadOnlySpan<byte> bytes)
    {
        _sent.AddRange(bytes);
        _more.Release();
    }

    /// <summary>Sends no more: what has been sent can still be read.</summary>
    protected void End()
    {
        _isEnded = true;
        _more.Release();
    }

    protected sealed override void Dispose(bool disposing)
    {
        lock (_lock)
            End();
        base.Dispose(disposing);
    }
}
