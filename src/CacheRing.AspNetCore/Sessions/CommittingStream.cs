using System.Diagnostics.CodeAnalysis;

namespace CacheRing.Sessions;

/// <summary>The body of a response. Before its first byte goes out it asks whether any may; what may not is dropped.</summary>
internal sealed class CommittingStream : Stream
{
    private readonly Stream _body;
    private readonly Func<ValueTask<bool>> _mayWrite;

    public CommittingStream(Stream body, Func<ValueTask<bool>> mayWrite)
    {
        _body = body;
        _mayWrite = mayWrite;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (await _mayWrite().ConfigureAwait(false))
            await _body.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (await _mayWrite().ConfigureAwait(false))
            await _body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (MayWrite())
            _body.Write(buffer, offset, count);
    }

    public override void Flush()
    {
        if (MayWrite())
            _body.Flush();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The caller writes synchronously.")]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "The caller writes synchronously.")]
    private bool MayWrite() => _mayWrite().AsTask().GetAwaiter().GetResult();
}
