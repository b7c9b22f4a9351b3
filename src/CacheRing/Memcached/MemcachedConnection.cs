using System.Buffers;
using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// One connection, shared by all calls. Commands are sent in the order of <see cref="Send"/>, as many at once as are there
/// when the writer comes by; replies are given to the commands in that order. It ends once, for good: by a fault of the
/// network, by a reply that cannot be, by a server's silence, by <see cref="Close"/>.
/// </summary>
internal sealed class MemcachedConnection : IThreadPoolWorkItem
{
    /// <summary>How many calls that were given up may wait for their turn or their answer; a hundred bytes or two each.</summary>
    public const int MostEnded = 16 * 1024;

    private const int BufferBytes = 64 * 1024;

    // Firewalls and load balancers forget a connection after some minutes without a word, the strictest after less than one.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);

    private readonly CommandQueue _queue = new();
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stream _stream;
    private readonly SocketPulse? _pulse;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly MemcachedClock _clock;
    private readonly MemcachedFaults _faults;
    private readonly int _deadline;
    private readonly int _longestSilence;
    private readonly int _longestIdle;
    private readonly TimeSpan _timeToAnswer;
    private Exception? _closedBy;
    private int _writing;
    private int _beating;
    private long _askedAt;
    private uint _marks;
    private volatile int _heardAt;
    private volatile bool _isBehind;

    public MemcachedConnection(Stream stream, MemcachedClock clock, MemcachedFaults faults, NodeTimings timings, SocketPulse? pulse = null)
    {
        _stream = stream;
        _pulse = pulse;
        _clock = clock;
        _faults = faults;
        _deadline = clock.Beats(timings.Operation);
        _longestSilence = clock.Beats(timings.Operation + timings.Connect);
        _longestIdle = clock.Beats(LongestIdle);
        _timeToAnswer = timings.Operation;
        _heardAt = clock.Now;
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, minimumReadSize: BufferBytes / 4));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes));
    }

    /// <summary>Which of the node's connections it is; set before anybody's command is sent on it.</summary>
    public int Number { get; set; }

    /// <summary>Whether it has not ended.</summary>
    public bool IsOpen => Volatile.Read(ref _closedBy) is null;

    /// <summary>What it shows of the server.</summary>
    public ConnectionSigns ReadSigns() => _pulse?.Read(Number, _queue.IsAwaiting) ?? default;

    /// <summary>Ends with the reason, when the connection has ended and every command with it.</summary>
    public Task<Exception> Ended => _ended.Task;

    public void Start() => _ = ReadAsync();

    /// <summary>Sends a command; never waits, never throws.</summary>
    public void Send(MemcachedCommand command)
    {
        // Cancelled before it got here: its caller knows.
        if (command.IsEnded)
            return;
        if (_isBehind && !command.IsProbe)
        {
            command.TryFail(_faults.Behind());
            return;
        }

        int life = command.Life;
        command.Stamp(_clock.Now);
        _queue.Add(command);

        // Adding is a fence: either this sees that the connection has ended, or FailAll sees the command.
        if (Volatile.Read(ref _closedBy) is { } reason)
            command.TryFail(reason, life);

        // On the pool's common queue, behind the calls that are about to send more: they will go out together.
        else if (Volatile.Read(ref _writing) == 0 && Interlocked.CompareExchange(ref _writing, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Ends what waits too long; and the connection, when the server has been silent for longer still. A connection that
    /// nobody uses is asked for a sign of life.
    /// </summary>
    public void Beat()
    {
        // A beat that takes longer than the time to the next one is not joined by it.
        if (Interlocked.Exchange(ref _beating, 1) != 0)
            return;
        int now = _clock.Now;
        QueueAge age = _queue.Expire(now, _deadline, _faults.Timeout);
        bool isFull = age.Ended > MostEnded;

        // With the next answer, or at its own end, it gets on: so only if there is one to come.
        _isBehind = isFull && age.Oldest is not null;
        if (age.Oldest > _longestSilence && now - _heardAt > _longestSilence && TimeProvider.System.GetElapsedTime(_askedAt) > _timeToAnswer)
            Close(_faults.Timeout());
        else if (age is { Oldest: null, Waiting: 0 } && (isFull || now - _heardAt > _longestIdle))
            KeepAlive();
        Volatile.Write(ref _beating, 0);
    }

    /// <summary>Ends the connection; the first reason counts.</summary>
    public void Close(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _closedBy, reason, null) is null)
            _stream.Dispose();
    }

    // A firewall that drops an idle connection says nothing, and the first write on it would have no answer, which costs the node
    // its content. A word now and then keeps the connection known, and finds a dead one while nothing is at stake. Not TCP's own
    // keep-alive: a proxy between answers that by itself, and so does the kernel of a server that hangs.
    // Where the clock is a test's that jumps by an hour, nobody has had the time to answer: hence the time of the machine, too.
    private void KeepAlive()
    {
        _askedAt = TimeProvider.System.GetTimestamp();
        Send(new NoOperationCommand(_faults, awaited: false));
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    private async Task WriteAsync()
    {
        try
        {
            do
            {
                while (_queue.TryNextToWrite(out MemcachedCommand? command))
                {
                    if (!command.TryBeginWriting(_marks))
                        continue;
                    _marks += (uint)command.Marks;
                    while (!command.Write(_writer))
                        await _writer.FlushAsync().ConfigureAwait(false);
                    command.EndWriting();
                    if (_writer.UnflushedBytes >= BufferBytes)
                        await _writer.FlushAsync().ConfigureAwait(false);
                }

                if (_writer.UnflushedBytes > 0)
                    await _writer.FlushAsync().ConfigureAwait(false);
                Interlocked.Exchange(ref _writing, 0);
            }
            while (_queue.HasMoreToWrite && Interlocked.CompareExchange(ref _writing, 1, 0) == 0);
        }
#pragma warning disable CA1031 // Whatever it is, this connection cannot go on, and those who wait must be told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Close(_faults.Lost(error));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await _reader.ReadAsync().ConfigureAwait(false);
                _heardAt = _clock.Now;
                ReadOnlySequence<byte> rest = TakeReplies(result.Buffer);
                if (result.IsCompleted)
                    throw new EndOfStreamException("The server closed the connection.");
                _reader.AdvanceTo(rest.Start, rest.End);
            }
        }
#pragma warning disable CA1031 // Whatever it is, this connection cannot go on, and those who wait must be told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Close(_faults.Lost(error));
        }

        Exception reason = Volatile.Read(ref _closedBy)!;
        _queue.FailAll(reason);
        await _reader.CompleteAsync().ConfigureAwait(false);
        _ended.TrySetResult(reason);
    }

    /// <summary>Gives out every whole reply; what is left is the beginning of one.</summary>
    private ReadOnlySequence<byte> TakeReplies(ReadOnlySequence<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> span = buffer.FirstSpan;
            int used = 0;
            int length = 1;
            while (used < span.Length && ReplyParser.TryRead(span[used..], out Reply reply, out length))
            {
                Take(reply);
                used += length;
            }

            buffer = buffer.Slice(used);
            if (buffer.IsSingleSegment || !TryTakeAcross(ref buffer, length))
                break;
        }

        return buffer;
    }

    /// <summary>Gives out a reply that lies in several segments, if it is whole.</summary>
    private bool TryTakeAcross(ref ReadOnlySequence<byte> buffer, int least)
    {
        while (least <= buffer.Length)
        {
            int count = (int)Math.Min(buffer.Length, Math.Max(least, ReplyParser.LongestLine));
            byte[] rented = ArrayPool<byte>.Shared.Rent(count);
            try
            {
                buffer.Slice(0, count).CopyTo(rented);
                if (ReplyParser.TryRead(rented.AsSpan(0, count), out Reply reply, out least))
                {
                    Take(reply);
                    buffer = buffer.Slice(least);
                    return true;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        return false;
    }

    private void Take(in Reply reply)
    {
        if (_queue.NextToAnswer() is { } command)
        {
            if (command.Take(reply))
                _queue.Answered(command);
            return;
        }

        // A server that has no connection left says so without being asked.
        throw reply.Status == ReplyStatus.ClientError && !reply.Text.IsEmpty
            ? _faults.Of(reply)
            : new MemcachedProtocolException("a reply that nobody has asked for");
    }
}
