using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Reads values for a reader that may do anything with them, such as run a user's deserializer: never on the thread that reads
/// the connection, where all other calls would wait for it. That thread copies the values, and a work item of the pool hands
/// them to the reader and lets the caller go on in the same go, so that this costs no more work items than without.
/// </summary>
internal abstract class ReadingCommand<TResult> : BatchCommand, IThreadPoolWorkItem
{
    // Ended on the pool, by Execute or as a failure: the caller may go on right there.
    private TaskCompletionSource<TResult> _done = new();
    private IStoredReader _reader;
    private GatheredValues _values;
    private NodeException? _failure;
    private TResult _result = default!;

    protected ReadingCommand(MemcachedContext context, int count, IStoredReader reader)
        : base(context, count)
    {
        _reader = reader;
    }

    public Task<TResult> Task => _done.Task;

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _values.HandTo(_reader);
        }
#pragma warning disable CA1031 // It is the caller's exception, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _done.SetException(error);
            return;
        }

        _done.SetResult(_result);
    }

    /// <summary>Keeps a value for the reader.</summary>
    protected void Gather(int index, ReadOnlySpan<byte> value)
    {
        if (!IsEnded && _failure is null)
            _values.Add(index, value, Count);
    }

    /// <summary>One of the answers is an error, which fails the call when the others have been taken.</summary>
    protected void Refused(in Reply reply) => Refused(Context.Faults.Of(reply));

    /// <summary>The same of an answer that says too little.</summary>
    protected void Refused(NodeException failure) => _failure ??= failure;

    /// <summary>That was the last reply.</summary>
    protected void End(TResult result)
    {
        if (_failure is not null || !TryClaim())
        {
            _values.Return();
            if (_failure is not null && TryClaim())
                Fail(_failure);
            return;
        }

        LeaveWatch();
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        ThreadPool.UnsafeQueueUserWorkItem(static told => told.Caller.SetError(told.Error), (Caller: _done, Error: error), preferLocal: true);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _reader = null!;
        _done = null!;
    }
}
