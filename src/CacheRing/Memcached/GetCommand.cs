using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Reads a value into an array of its own, made from the connection's buffer without a copy between.</summary>
internal sealed class GetCommand : KeyCommand
{
    private readonly TaskCompletionSource<byte[]?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _key;

    public GetCommand(MemcachedContext context, string key)
        : base(context)
    {
        _key = key;
    }

    public Task<byte[]?> Task => _done.Task;

    public override bool Write(PipeWriter writer) => WriteGet(writer, _key, " v"u8);

    protected override bool Accepts(ReplyStatus status) => status is ReplyStatus.Value or ReplyStatus.Missing;

    protected override void Complete(in Reply reply)
    {
        LeaveWatch();
        if (reply.Status == ReplyStatus.Value)
        {
            _done.SetResult(Context.Client.TryOpen(_key, reply.Value, out ReadOnlySpan<byte> value) ? value.ToArray() : null);
            return;
        }

        Context.Client.Missed();
        _done.SetResult(null);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        try
        {
            if (error is not NodeException failure)
                throw error;
            Context.Client.ReadFailed(_key, failure);
            _done.SetResult(null);
        }
#pragma warning disable CA1031 // It is the caller's exception, whatever it is.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            _done.SetError(thrown);
        }
    }
}
