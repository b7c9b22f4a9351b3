using System.IO.Pipelines;
using CacheRing.Diagnostics;
using CacheRing.Entries;

namespace CacheRing.Memcached;

/// <summary>Stores an entry, whatever is there.</summary>
internal sealed class SetCommand : KeyCommand
{
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _key;
    private readonly int _epoch;
    private PooledEntry _entry;
    private readonly int _expiry;

    public SetCommand(MemcachedContext context, string key, PooledEntry entry, TimeSpan? timeToLive)
        : base(context)
    {
        _key = key;
        _epoch = context.Epoch;
        _entry = entry;
        _expiry = context.Expiry.Of(timeToLive);
    }

    public Task Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "ms "u8, _key, _entry.Memory.Length);
        text.AppendTimeToLive(_expiry);
        End(writer, ref text);
        writer.WriteValue(_entry.Span);
        _entry.Return();
        return true;
    }

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Done or ReplyStatus.NotStored;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();

        // Without a condition the server has no reason not to store, but for an item of no size that it could find.
        if (reply.Status == ReplyStatus.Done)
            Context.Client.Done(CacheOperation.Set, _key, _epoch);
        else
            Context.Client.WriteFailed(CacheOperation.Set, _key, _epoch, Context.Faults.Of(NodeFailureKind.ServerError), _entry.Stamp);
        _done.SetResult();
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        if (error is not NodeException failure)
        {
            if (error is OperationCanceledException)
                Context.Client.WriteFailed(CacheOperation.Set, _key, _epoch, null, _entry.Stamp);
            _done.SetError(error);
            return;
        }

        Context.Client.WriteFailed(CacheOperation.Set, _key, _epoch, failure, _entry.Stamp);

        // The server is well and the value is not: the caller's to know, as with one over MaxValueBytes.
        if (failure.Kind == NodeFailureKind.ValueTooLarge)
            _done.SetException(failure);
        else
            _done.SetResult();
    }

    protected override void NotSent() => _entry.Return();

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _entry = default;
        _done = null!;
    }
}
