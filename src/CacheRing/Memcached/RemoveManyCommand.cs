using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Removes many keys. Not quiet: servers differ in whether they keep quiet about a key that is not there.</summary>
internal sealed class RemoveManyCommand : BatchCommand
{
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<string> _keys;
    private NodeException? _failure;
    private int _answered;

    public RemoveManyCommand(MemcachedContext context, IReadOnlyList<string> keys)
        : base(context, keys.Count)
    {
        _keys = keys;
    }

    public Task Task => _done.Task;

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Done or ReplyStatus.NotFound:
                Opaque.Check(Mark + (uint)_answered, reply);
                break;
            case ReplyStatus.ServerError:
                _failure ??= Context.Faults.Of(reply);
                break;
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }

        if (++_answered < Count)
            return false;
        if (TryClaim())
            End();
        return true;
    }

    protected override void WriteOne(PipeWriter writer, int index, uint mark) => WriteLine(writer, "md "u8, _keys[index], default, mark);

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    private void End()
    {
        LeaveWatch();
        if (_failure is { } failure)
            _done.SetException(failure);
        else
            _done.SetResult();
    }

    protected override void LetGo()
    {
        base.LetGo();
        _keys = null!;
        _done = null!;
    }
}
