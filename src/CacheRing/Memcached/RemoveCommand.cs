using System.IO.Pipelines;
using CacheRing.Diagnostics;

namespace CacheRing.Memcached;

/// <summary>Removes a key; that it was not there is a success too.</summary>
internal sealed class RemoveCommand : KeyCommand
{
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _key;
    private readonly int _epoch;

    public RemoveCommand(MemcachedContext context, string key)
        : base(context)
    {
        _key = key;
        _epoch = context.Epoch;
    }

    public Task Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "md "u8, _key, length: null);
        End(writer, ref text);
        return true;
    }

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Done or ReplyStatus.NotFound;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();
        Context.Client.Done(CacheOperation.Remove, _key, _epoch);
        _done.SetResult();
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        if (error is not NodeException failure)
        {
            if (error is OperationCanceledException)
                Context.Client.WriteFailed(CacheOperation.Remove, _key, _epoch, null);
            _done.SetError(error);
            return;
        }

        Context.Client.WriteFailed(CacheOperation.Remove, _key, _epoch, failure);
        _done.SetResult();
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _done = null!;
    }
}
