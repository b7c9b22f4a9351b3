using System.Collections.Concurrent;
using System.Text;
using CacheRing.Nodes;
using CacheRing.Redis;
using CacheRing.Testing;

namespace CacheRing.UnitTests.Redis;

/// <summary>What is written arrives whole and in order, in as few sends as it can.</summary>
[TestFixture]
internal sealed class GatheringStreamTests
{
    private readonly SocketPulse _pulse = new(null);
    private Recorder _socket = null!;
    private GatheringStream _stream = null!;

    [SetUp]
    public void Make()
    {
        _socket = new Recorder();
        _stream = new GatheringStream(_socket, _pulse, static () => { });
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _stream.DisposeAsync();
        await _socket.DisposeAsync();
    }

    [Test]
    public async Task Whatever_is_written_in_whatever_pieces_arrives_in_order()
    {
        using MemoryStream expected = new();
        for (int i = 0; i < 3000; i++)
        {
            byte[] piece = Encoding.ASCII.GetBytes($"[{i}{new string('x', i % 97 == 0 ? 40_000 : i % 50)}]");
            expected.Write(piece);
            if (i % 31 == 0)
                _stream.Write(piece);
            else
                await _stream.WriteAsync(piece);
            if (i % 7 == 0)
                await _stream.FlushAsync();
            if (i % 53 == 0)
                _stream.Flush();
        }

        await _stream.FlushAsync();
        await _socket.UntilAsync(expected.Length);
        Assert.That(_socket.Bytes.AsSpan().SequenceEqual(expected.ToArray()), Is.True);
    }

    [Test]
    public async Task What_comes_while_a_send_is_under_way_goes_out_together_with_the_next()
    {
        _socket.Hold();
        await WriteAndFlushAsync("*1\r\n$1\r\na\r\n");
        Task[] later = [.. Enumerable.Range(0, 20).Select(_ => _stream.WriteAsync("*1\r\n$1\r\nb\r\n"u8.ToArray()).AsTask())];
        await Task.WhenAll(later);
        Task flush = _stream.FlushAsync();
        Assert.That(flush.IsCompleted, Is.False, "the writer sleeps until the next send begins");
        _socket.Release();
        await flush.WaitAsync(TimeSpan.FromSeconds(10));
        await _socket.UntilAsync(21 * 11);
        Assert.That(_socket.Sends, Is.EqualTo(2));
    }

    [Test]
    public async Task One_command_after_an_answer_is_sent_at_once()
    {
        await Poll.UntilAsync(
            async () =>
            {
                _socket.Answer(5);
                Assert.That(await _stream.ReadAsync(new byte[100]), Is.EqualTo(5));
                int before = _socket.Sends;
                await _stream.WriteAsync("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"u8.ToArray());
                Task flush = _stream.FlushAsync();
                bool isAtOnce = flush.IsCompletedSuccessfully && _socket.Sends == before + 1;
                await flush;
                return isAtOnce;
            },
            "a send on the caller's own thread, in a moment in which nobody else waits for one of the pool");
    }

    [Test]
    public async Task A_flush_of_a_connection_that_breaks_ends_and_so_does_every_later_call()
    {
        _socket.Hold();
        await WriteAndFlushAsync("a");
        await _stream.WriteAsync("b"u8.ToArray());
        Task flush = _stream.FlushAsync();
        _socket.Break();
        Assert.That(async () => await flush.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<IOException>());
        Assert.That(async () => await _stream.WriteAsync("c"u8.ToArray()), Throws.InstanceOf<IOException>());
        Assert.That(() => _stream.FlushAsync(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task It_tells_what_has_passed()
    {
        SocketPulse pulse = new(null);
        await using Recorder socket = new();
        int sends = 0;
        await using GatheringStream stream = new(socket, pulse, () => Interlocked.Increment(ref sends));
        socket.Hold();
        await stream.WriteAsync(new byte[100]);
        await stream.FlushAsync();
        ConnectionSigns during = pulse.Read(7, isAwaiting: true);
        Assert.That((during.Epoch, during.Handed, during.Acknowledged, during.IsSending, sends), Is.EqualTo((7, 100L, 0L, true, 1)));
        socket.Release();
        await socket.UntilAsync(100);
        socket.Answer(30);
        Assert.That(await stream.ReadAsync(new byte[100]), Is.EqualTo(30));
        ConnectionSigns after = pulse.Read(7, isAwaiting: false);
        Assert.That((after.Handed, after.Acknowledged, after.IsSending, after.Received), Is.EqualTo((100L, 100L, false, 30L)));
    }

    [TestCase("*1\r\n$4\r\nPING\r\n", true)]
    [TestCase("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", true)]
    [TestCase("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n", false)]
    [TestCase("*2\r\n$3\r\nGET\r\n$1\r\n", false)]
    [TestCase("*2\r\n$3\r\nGET\r\n$9\r\nk\r\n", false)]
    [TestCase("PING\r\n", false)]
    [TestCase("*", false)]
    [TestCase("*1", false)]
    [TestCase("", false)]
    public void One_command_is_told_from_several_and_from_a_part_of_one(string bytes, bool isOne) =>
        Assert.That(RespCommands.IsOne(Encoding.ASCII.GetBytes(bytes)), Is.EqualTo(isOne));

    // Returns when the send has begun.
    private async Task WriteAndFlushAsync(string text)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        await _stream.FlushAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await CacheRing.Testing.Poll.UntilAsync(() => _socket.IsSending, "the send to begin");
    }

    /// <summary>In place of a socket: keeps what is sent, can hold a send up, answers when it is told to.</summary>
    private sealed class Recorder : Stream
    {
        private readonly MemoryStream _bytes = new();
        private readonly ConcurrentQueue<int> _answers = new();
        private readonly SemaphoreSlim _answered = new(0);
        private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isBroken;

        public Recorder() => _open.SetResult();

        public int Sends { get; private set; }

        public bool IsSending { get; private set; }

        public byte[] Bytes
        {
            get
            {
                lock (_bytes)
                {
                    return _bytes.ToArray();
                }
            }
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _open.TrySetResult();

        public void Break()
        {
            _isBroken = true;
            Release();
        }

        public void Answer(int count)
        {
            _answers.Enqueue(count);
            _answered.Release();
        }

        public Task UntilAsync(long length) => CacheRing.Testing.Poll.UntilAsync(() => Bytes.Length >= length, $"{length} bytes to be sent");

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsSending = true;
            Sends++;
            await _open.Task;
            IsSending = false;
            Write(buffer.Span, counts: false);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer, counts: true);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _answered.WaitAsync(cancellationToken);
            return _answers.TryDequeue(out int count) ? count : 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _bytes.Dispose();
                _answered.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Write(ReadOnlySpan<byte> bytes, bool counts)
        {
            if (_isBroken)
                throw new IOException("Broken.");
            if (counts)
                Sends++;
            lock (_bytes)
            {
                _bytes.Write(bytes);
            }
        }
    }
}
