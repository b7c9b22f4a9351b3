using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// Asks for nothing but an answer: behind a connect, which succeeds on a server that hangs as well, it shows that there is
/// somebody, who speaks the meta protocol and lets us in.
/// </summary>
internal sealed class NoOperationCommand : MemcachedCommand
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemcachedFaults _faults;

    public NoOperationCommand(MemcachedFaults faults)
    {
        _faults = faults;
    }

    public Task Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        ReadOnlySpan<byte> line = "mn\r\n"u8;
        line.CopyTo(writer.GetSpan(line.Length));
        writer.Advance(line.Length);
        return true;
    }

    public override bool Take(in Reply reply)
    {
        if (reply.Status is ReplyStatus.ClientError or ReplyStatus.ServerError && !reply.Text.IsEmpty)
            throw _faults.Of(reply);
        if (reply.Status != ReplyStatus.NoOperation)
            throw new MemcachedProtocolException("another reply than MN to mn");
        if (TryClaim())
        {
            LeaveWatch();
            _done.SetResult();
        }

        return true;
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }
}
