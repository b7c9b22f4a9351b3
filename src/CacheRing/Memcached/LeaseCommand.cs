using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// Puts a new placeholder in the place of what has a token: of something dead, of another's lease, of one's own to prolong it.
/// </summary>
internal sealed class LeaseCommand : KeyCommand
{
    private TaskCompletionSource<ulong> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _key;
    private readonly ulong _held;
    private readonly int _lease;

    public LeaseCommand(MemcachedContext context, string key, ulong held, TimeSpan lease)
        : base(context)
    {
        _key = key;
        _held = held;
        _lease = MemcachedExpiry.OfLease(lease);
    }

    /// <summary>The token of the placeholder; 0 when it was not planted.</summary>
    public Task<ulong> Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "ms "u8, _key, length: 0);
        text.AppendVersion(_held);
        text.AppendTimeToLive(_lease);
        text.Append(" c"u8);
        End(writer, ref text);
        writer.WriteValue(default);
        return true;
    }

    protected override bool Accepts(ReplyStatus status) =>
        status is ReplyStatus.Done or ReplyStatus.NotStored or ReplyStatus.Changed or ReplyStatus.NotFound;

    protected override void Complete(in Reply reply)
    {
        if (reply.Status != ReplyStatus.Done)
            End(0);
        else if (reply.TryGetNumber((byte)'c', out ulong token))
            End(token);
        else
            Fail(Context.Faults.Lost(new MemcachedProtocolException("a placeholder without its version")));
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    private void End(ulong token)
    {
        LeaveWatch();
        _done.SetResult(token);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _done = null!;
    }
}
