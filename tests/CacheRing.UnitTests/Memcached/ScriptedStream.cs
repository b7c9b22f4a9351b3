using System.Text;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// The far end of a connection without a network: it waits until as many commands have been written as were announced, gives
/// its answers out in pieces of any size, and then closes.
/// </summary>
internal sealed class ScriptedStream : Stream
{
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<byte> _written = [];
    private readonly Random _random;
    private readonly int _lines;
    private readonly Func<string[], byte[]> _answer;
    private byte[]? _answers;
    private int _given;

    /// <param name="seed">Decides on the sizes of the pieces.</param>
    /// <param name="lines">How many lines to wait for.</param>
    /// <param name="answer">What to answer to them, all at once.</param>
    public ScriptedStream(int seed, int lines, Func<string[], byte[]> answer)
    {
        _random = new Random(seed);
        _lines = lines;
        _answer = answer;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _written.AddRange(buffer.Span);
        string[] lines = Encoding.Latin1.GetString([.. _written]).Split("\r\n");

        // The last one has no end yet.
        if (lines.Length > _lines)
        {
            _answers ??= _answer(lines[.._lines]);
            _heard.TrySetResult();
        }

        return default;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _heard.Task;
        int count = Math.Min(_random.Next(1, _random.Next(2) == 0 ? 8 : 400), Math.Min(buffer.Length, _answers!.Length - _given));
        _answers.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _answers ??= [];
        _heard.TrySetResult();
        base.Dispose(disposing);
    }
}
