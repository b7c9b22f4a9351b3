namespace CacheRing.Memcached;

/// <summary>A command that is carried out on a condition: whether it was is the answer.</summary>
internal abstract class ConditionalCommand : KeyCommand
{
    private TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected ConditionalCommand(MemcachedContext context)
        : base(context)
    {
    }

    /// <summary>Whether the condition held.</summary>
    public Task<bool> Task => _done.Task;

    protected override bool Accepts(ReplyStatus status) =>
        status is ReplyStatus.Done or ReplyStatus.NotStored or ReplyStatus.Changed or ReplyStatus.NotFound;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();
        _done.SetResult(reply.Status == ReplyStatus.Done);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    protected override void LetGo()
    {
        base.LetGo();
        _done = null!;
    }
}
