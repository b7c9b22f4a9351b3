using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Stores many entries. Each has its reply: of a server without memory it could not be told otherwise which it refused.
/// </summary>
internal sealed class SetManyCommand : BatchCommand
{
    private TaskCompletionSource<NodeException?[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<NodeWrite> _writes;
    private readonly NodeException?[] _failures;
    private int _answered;

    public SetManyCommand(MemcachedContext context, IReadOnlyList<NodeWrite> writes)
        : base(context, writes.Count)
    {
        _writes = writes;
        _failures = new NodeException?[writes.Count];
    }

    /// <summary>Null for each success, in the order of the writes.</summary>
    public Task<NodeException?[]> Task => _done.Task;

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Done:
                Opaque.Check(Mark + (uint)_answered, reply);
                break;
            case ReplyStatus.NotStored or ReplyStatus.ServerError:
                _failures[_answered] = Context.Faults.Of(reply);
                break;
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }

        if (++_answered < Count)
            return false;
        if (TryClaim())
        {
            LeaveWatch();
            _done.SetResult(_failures);
        }

        return true;
    }

    protected override void WriteOne(PipeWriter writer, int index, uint mark)
    {
        NodeWrite write = _writes[index];
        CommandText text = new(writer.GetSpan(CommandText.LongestLine));
        text.Append("ms "u8);
        bool isBase64 = text.AppendKey(Context.Keys, write.Key);
        text.Append(" "u8);
        text.Append((long)write.Entry.Memory.Length);
        if (isBase64)
            text.Append(" b"u8);
        text.AppendTimeToLive(Context.Expiry.Of(write.TimeToLive));
        text.AppendOpaque(mark);
        text.Append("\r\n"u8);
        writer.Advance(text.Length);
        writer.WriteValue(write.Entry.Memory.Span);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _writes = null!;
        _done = null!;
    }
}
