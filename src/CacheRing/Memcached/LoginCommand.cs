using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace CacheRing.Memcached;

/// <summary>
/// Logs in to a server with <c>-Y</c>: the first command of a connection is a set of any key, whose value is the user's name
/// and password.
/// </summary>
internal sealed class LoginCommand : MemcachedCommand
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemcachedFaults _faults;
    private readonly byte[] _line;

    public LoginCommand(MemcachedFaults faults, string user, string password)
    {
        _faults = faults;
        int length = Encoding.UTF8.GetByteCount(user) + 1 + Encoding.UTF8.GetByteCount(password);
        _line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"set login 0 0 {length}\r\n{user} {password}\r\n"));
    }

    public Task Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        _line.CopyTo(writer.GetSpan(_line.Length));
        writer.Advance(_line.Length);
        return true;
    }

    public override bool Take(in Reply reply)
    {
        if (reply.Status != ReplyStatus.Stored)
            throw reply.Status is ReplyStatus.ClientError && reply.Text.IsEmpty ? _faults.Of(NodeFailureKind.AccessDenied) : _faults.Of(reply);
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
