using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Reads a value into an array of its own, made from the connection's buffer without a copy between.</summary>
internal sealed class GetCommand : KeyCommand
{
    private TaskCompletionSource<byte[]?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _key;
    private readonly int _epoch;

    public GetCommand(MemcachedContext context, string key)
        : base(context)
    {
        _key = key;
        _epoch = context.Epoch;
    }

    public Task<byte[]?> Task => _done.Task;

    public override bool Write(PipeWriter writer) => WriteGet(writer, _key, " v"u8);

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Value or ReplyStatus.Missing;

    protected override void Complete(in Reply reply)
    {
        CancellationToken token = WatchedToken;
        LeaveWatch();

        // Before and after: what was not current when it was opened may be by now, and the other way round.
        bool isOvertaken = Context.Client.IsOvertaken(_epoch);
        if (reply.Status != ReplyStatus.Value)
            Context.Client.Missed();
        else if (Context.Client.TryOpen(_key, _epoch, reply.Value, out ReadOnlySpan<byte> value))
        {
            _done.SetResult(value.ToArray());
            return;
        }

        if (isOvertaken || Context.Client.IsOvertaken(_epoch))
            _ = RecoverAsync(Context, _key, _done, Context.Faults.Of(NodeFailureKind.Unreachable), token);
        else
            _done.SetResult(null);
    }

    protected override void Fail(Exception error)
    {
        CancellationToken token = WatchedToken;
        LeaveWatch();
        if (error is NodeException failure)
            _ = RecoverAsync(Context, _key, _done, failure, token);
        else
            _done.SetError(error);
    }

    // It may have to keep its place in the queue for longer than this takes, and then holds nothing of it.
    private static async Task RecoverAsync(
        MemcachedContext context, string key, TaskCompletionSource<byte[]?> done, NodeException failure, CancellationToken token)
    {
        try
        {
            done.SetResult(await context.Client.ReadFailedAsync(key, failure, token).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // It is the caller's exception, whatever it is.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            done.SetError(thrown);
        }
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _done = null!;
    }
}
