using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Gives a key that exists a new time to live; never creates one. Somebody may wait for it, or nobody.</summary>
internal sealed class TouchCommand : KeyCommand
{
    private TaskCompletionSource? _done;
    private string _key;
    private readonly int _expiry;

    public TouchCommand(MemcachedContext context, string key, TimeSpan timeToLive, bool awaited)
        : base(context)
    {
        _key = key;
        _expiry = context.Expiry.Of(timeToLive);
        _done = awaited ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    public Task Task => _done?.Task ?? Task.CompletedTask;

    public override bool Write(PipeWriter writer) => WriteGet(writer, _key, default, _expiry);

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Done or ReplyStatus.Missing;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();
        _done?.SetResult();
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done?.SetError(error);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _done = null!;
    }
}
