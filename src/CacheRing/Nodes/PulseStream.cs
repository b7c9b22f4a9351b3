namespace CacheRing.Nodes;

/// <summary>The stream of one connection, that tells its <see cref="SocketPulse"/> what passes. As any, it has one writer and one reader at a time.</summary>
internal class PulseStream : Stream
{
    private readonly Stream _inner;
    private readonly SocketPulse _pulse;
    private readonly Action _onSend;

    /// <param name="inner">Leads to the socket; disposed with this one.</param>
    /// <param name="pulse">Told what passes.</param>
    /// <param name="onSend">Called for each send, when it was counted.</param>
    public PulseStream(Stream inner, SocketPulse pulse, Action onSend)
    {
        _inner = inner;
        _pulse = pulse;
        _onSend = onSend;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        OnRead(count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        int count = _inner.Read(buffer);
        OnRead(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        BeginSend(buffer.Length);
        _inner.Write(buffer);
        _pulse.EndSend(buffer.Length);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // What is written has been sent.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    protected ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        BeginSend(bytes.Length);
        ValueTask sending = _inner.WriteAsync(bytes, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
            return AwaitAsync(sending, bytes.Length);
        _pulse.EndSend(bytes.Length);
        return default;
    }

    protected virtual void OnRead(int count) => _pulse.AddReceived(count);

    protected virtual void BeginSend(int count)
    {
        _pulse.BeginSend(count);
        _onSend();
    }

    private async ValueTask AwaitAsync(ValueTask sending, int count)
    {
        await sending.ConfigureAwait(false);
        _pulse.EndSend(count);
    }
}
