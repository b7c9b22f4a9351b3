using CacheRing.Nodes;

namespace CacheRing.Redis;

/// <summary>
/// The stream between the driver and its socket. The driver wakes its writer for each command and sends each by a system call of its
/// own, which is most of what a small command costs. Here writes that come together go out together: they are copied into one buffer,
/// and sent from the pool's common queue, behind the calls that are about to write more. A flush completes when the next send
/// begins, so that the driver's writer sleeps meanwhile and then brings everything that has come. A caller who is alone is sent at
/// once, and what is large goes as it is. It tells the <see cref="SocketPulse"/> what passes.
/// <para>As any stream it has one writer and one reader at a time.</para>
/// </summary>
internal sealed class GatheringStream : PulseStream, IThreadPoolWorkItem
{
    private const int BufferBytes = 64 * 1024;

    private const int FirstLength = 128;

    // From here on a copy costs more than a call.
    private const int LargeBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _socket = new(1, 1);
    private byte[] _filling = new byte[BufferBytes];
    private byte[] _spare = new byte[BufferBytes];
    private int _filled;
    private TaskCompletionSource? _flushed;
    private bool _isQueued;
    private volatile bool _hasReadSinceSend;
    private volatile Exception? _failure;
    private volatile byte[]? _first;

    /// <param name="inner">Leads to the socket.</param>
    /// <param name="pulse">Told what passes.</param>
    /// <param name="onSend">Called for each send.</param>
    public GatheringStream(Stream inner, SocketPulse pulse, Action onSend)
        : base(inner, pulse, onSend)
    {
    }

    /// <summary>The first bytes that came. A server that refuses a connection says why in them, and closes it.</summary>
    public ReadOnlySpan<byte> FirstBytes => _first;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _first is null ? ReadFirstAsync(buffer, cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfFailed();
        return buffer.Length <= LargeBytes && TryFill(buffer.Span) ? default : WriteThroughAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            if (_filled == 0)
                return Task.CompletedTask;
            if (!_isQueued && !IsAlone())
            {
                _isQueued = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            if (_isQueued)
                return (_flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        return SendFilledAsync(cancellationToken).AsTask();
    }

    // The synchronous half: the driver uses it, where it is told to, on threads of its own.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Flush();
        _socket.Wait();
        try
        {
            base.Write(buffer);
        }
        finally
        {
            _socket.Release();
        }
    }

    public override void Flush()
    {
        ThrowIfFailed();
        _socket.Wait();
        try
        {
            ReadOnlyMemory<byte> bytes = Take(out byte[] buffer);
            if (bytes.IsEmpty)
                return;
            base.Write(bytes.Span);
            GiveBack(buffer);
        }
        finally
        {
            _socket.Release();
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendQueuedAsync();

    public override ValueTask DisposeAsync()
    {
        Fail(new ObjectDisposedException(nameof(GatheringStream)));
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        Fail(new ObjectDisposedException(nameof(GatheringStream)));
        base.Dispose(disposing);
    }

    protected override void BeginSend(int count)
    {
        _hasReadSinceSend = false;
        base.BeginSend(count);
    }

    protected override void OnRead(int count)
    {
        _hasReadSinceSend = true;
        base.OnRead(count);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);

        // A read into nothing only waits until there is something.
        if (!buffer.IsEmpty)
            _first = buffer.Span[..Math.Min(count, FirstLength)].ToArray();
        return count;
    }

    private bool TryFill(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_filled + bytes.Length > BufferBytes)
                return false;
            bytes.CopyTo(_filling.AsSpan(_filled));
            _filled += bytes.Length;
            return true;
        }
    }

    // Under the gate. One command, an answer has come since the last send, and nothing waits for a thread of the pool: nobody else is
    // likely to be about to write.
    private bool IsAlone() => _hasReadSinceSend && ThreadPool.PendingWorkItemCount == 0 && RespCommands.IsOne(_filling.AsSpan(0, _filled));

    private async Task SendQueuedAsync()
    {
        try
        {
            await SendFilledAsync(CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The driver learns of it by its next write, and by its read.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
            return;
        }

        bool hasMore;
        lock (_gate)
        {
            hasMore = _isQueued = _filled > 0;
        }

        // Behind those again who are about to add to it.
        if (hasMore)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async ValueTask SendFilledAsync(CancellationToken cancellationToken)
    {
        await _socket.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ReadOnlyMemory<byte> bytes = Take(out byte[] buffer);
            if (bytes.IsEmpty)
                return;
            await SendAsync(bytes, cancellationToken).ConfigureAwait(false);
            GiveBack(buffer);
        }
        finally
        {
            _socket.Release();
        }
    }

    // Behind what was gathered before it.
    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await SendFilledAsync(cancellationToken).ConfigureAwait(false);
        await _socket.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _socket.Release();
        }
    }

    // The send begins, so that whoever flushed may bring more. One buffer is filled while the other is sent: there are two, and one send
    // at a time.
    private ReadOnlyMemory<byte> Take(out byte[] buffer)
    {
        TaskCompletionSource? flushed;
        int length;
        lock (_gate)
        {
            buffer = _filling;
            length = _filled;
            flushed = _flushed;
            _flushed = null;
            if (length > 0)
            {
                _filling = _spare;
                _filled = 0;
            }
        }

        flushed?.TrySetResult();
        return buffer.AsMemory(0, length);
    }

    private void GiveBack(byte[] buffer)
    {
        lock (_gate)
        {
            _spare = buffer;
        }
    }

    private void Fail(Exception error)
    {
        TaskCompletionSource? flushed;
        lock (_gate)
        {
            _failure ??= error;
            flushed = _flushed;
            _flushed = null;
        }

        flushed?.TrySetException(error);
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new IOException("The connection has been lost.", failure);
    }
}
