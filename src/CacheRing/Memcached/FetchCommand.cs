using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Reads what is stored under a key, and its version.</summary>
internal sealed class FetchCommand : KeyCommand
{
    private TaskCompletionSource<FetchedItem?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _key;

    public FetchCommand(MemcachedContext context, string key)
        : base(context)
    {
        _key = key;
    }

    /// <summary>The item, or null when there is none.</summary>
    public Task<FetchedItem?> Task => _done.Task;

    public override bool Write(PipeWriter writer) => WriteGet(writer, _key, " v c"u8);

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Value or ReplyStatus.Missing;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();
        if (reply.Status == ReplyStatus.Missing)
            _done.SetResult(null);
        else if (reply.TryGetNumber((byte)'c', out ulong version))
            _done.SetResult(new FetchedItem(reply.Value.ToArray(), version));
        else
            Fail(Context.Faults.Lost(new MemcachedProtocolException("an item without its version")));
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _done = null!;
    }
}
