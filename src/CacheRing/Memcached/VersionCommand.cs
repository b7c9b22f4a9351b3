using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// Asks for the server's version: the first command of a connection, since every server answers it, one that wants a login
/// (<c>-Y</c>) with that, and none takes anything of it for something else.
/// </summary>
internal sealed class VersionCommand : MemcachedCommand
{
    private readonly TaskCompletionSource<MemcachedVersion?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemcachedFaults _faults;

    public VersionCommand(MemcachedFaults faults)
    {
        _faults = faults;
    }

    /// <summary>Null when the server says something else than a number.</summary>
    public Task<MemcachedVersion?> Task => _done.Task;

    public override bool IsProbe => true;

    public override bool Write(PipeWriter writer)
    {
        // As long as the head of a command of the binary protocol: a server with -B binary waits for one, and ends the connection
        // when it sees that this is none.
        ReadOnlySpan<byte> line = "version                 \r\n"u8;
        line.CopyTo(writer.GetSpan(line.Length));
        writer.Advance(line.Length);
        return true;
    }

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Version:
                if (!TryClaim())
                    return true;
                LeaveWatch();
                _done.SetResult(MemcachedVersion.In(reply.Text));
                return true;
            case ReplyStatus.ServerError:
                if (TryClaim())
                    Fail(_faults.Of(reply));
                return true;
            case ReplyStatus.ClientError when !reply.Text.IsEmpty:
                throw _faults.Of(reply);
            default:
                throw new MemcachedProtocolException("another reply than VERSION to version");
        }
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }
}
