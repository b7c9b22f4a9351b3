using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// Asks for nothing but an answer: behind a connect, which succeeds on a server that hangs as well, it shows that there is
/// somebody, who speaks the meta protocol and lets us in. Somebody may wait for it, or nobody.
/// </summary>
internal sealed class NoOperationCommand : MemcachedCommand
{
    private readonly TaskCompletionSource? _done;
    private readonly MemcachedFaults _faults;

    public NoOperationCommand(MemcachedFaults faults, bool awaited = true)
    {
        _faults = faults;
        _done = awaited ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    public Task Task => _done?.Task ?? Task.CompletedTask;

    public override bool IsProbe => true;

    public override bool Write(PipeWriter writer)
    {
        ReadOnlySpan<byte> line = "mn\r\n"u8;
        line.CopyTo(writer.GetSpan(line.Length));
        writer.Advance(line.Length);
        return true;
    }

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.NoOperation:
                if (!TryClaim())
                    return true;
                LeaveWatch();
                _done?.SetResult();
                return true;

            // An answer like another: this command failed, and the server lives.
            case ReplyStatus.ServerError:
                if (TryClaim())
                    Fail(_faults.Of(reply));
                return true;
            case ReplyStatus.ClientError when !reply.Text.IsEmpty:
                throw _faults.Of(reply);
            default:
                throw new MemcachedProtocolException("another reply than MN to mn");
        }
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done?.SetError(error);
    }
}
