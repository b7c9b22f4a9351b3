using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace CacheRing.Memcached;

/// <summary>
/// Reads a value into the caller's buffer. Used again and again, it allocates nothing: the value is leased to it by the
/// reader, and opened and copied by the caller, who alone touches the caller's buffer.
/// </summary>
internal sealed class GetToBufferCommand : KeyCommand, IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private IBufferWriter<byte> _destination = null!;
    private string _key = null!;
    private ValueLease _value;
    private byte[]? _late;
    private int _epoch;

    // The queue and the caller. Who is done last gives it back.
    private int _holders;

    public GetToBufferCommand(MemcachedContext context)
        : base(context)
    {
    }

    public void Prepare(string key, IBufferWriter<byte> destination)
    {
        _key = key;
        _destination = destination;
        _epoch = Context.Epoch;
        _holders = 2;
        BeginAgain();
    }

    /// <summary>Not after it has been sent: it may then be another's already.</summary>
    public ValueTask<bool> Task => new(this, _core.Version);

    public override bool Write(PipeWriter writer) => WriteGet(writer, _key, " v"u8);

    public override void Released() => Leave();

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        // A call too many must not disturb what the command is used for by now.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The call has not ended yet.");
        EndWatch();
        try
        {
            if (!_core.GetResult(token))
                return false;
            if (_late is not null)
            {
                _destination.Write(_late);
                return true;
            }

            if (!Context.Client.TryOpen(_key, _epoch, _value.Span, out ReadOnlySpan<byte> value))
                return false;
            _destination.Write(value);
            return true;
        }
        finally
        {
            _value.Return();
            _late = null;
            _destination = null!;
            _core.Reset();
            Leave();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Value or ReplyStatus.Missing;

    protected override void Complete(in Reply reply)
    {
        bool isThere = reply.Status == ReplyStatus.Value;
        if (isThere)
            _value.Take(reply.Value);
        else
            Context.Client.Missed();
        _core.SetResult(isThere);
    }

    protected override void Fail(Exception error)
    {
        if (error is NodeException failure)
            _ = RecoverAsync(failure, WatchedToken);
        else
            _core.SetException(error);
    }

    // It is the next call's before long, and what it then holds is that call's.
    protected override void LetGo()
    {
    }

    private async Task RecoverAsync(NodeException failure, CancellationToken token)
    {
        try
        {
            _late = await Context.Client.ReadFailedAsync(_key, failure, token).ConfigureAwait(false);
            _core.SetResult(_late is not null);
        }
#pragma warning disable CA1031 // It is the caller's exception, whatever it is.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            _core.SetException(thrown);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        _key = null!;
        Next = null;
        Context.Buffered.Return(this);
    }
}
