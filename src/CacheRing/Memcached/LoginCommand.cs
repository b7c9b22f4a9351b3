using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace CacheRing.Memcached;

/// <summary>
/// Logs in to a server with <c>-Y</c>: the first command of a connection is a set of any key, whose value is the user's name
/// and password. A server that asks for none takes it for a set like others: so it has a key that no text is, has expired
/// when it arrives, and is removed.
/// </summary>
internal sealed class LoginCommand : MemcachedCommand
{
    private const byte KeyOfNobody = 0xFF;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemcachedFaults _faults;
    private readonly byte[] _line;
    private bool _isLoggedIn;

    public LoginCommand(MemcachedFaults faults, string user, string password)
    {
        _faults = faults;
        int length = Encoding.UTF8.GetByteCount(user) + 1 + Encoding.UTF8.GetByteCount(password);
        _line =
        [
            .. "set "u8, KeyOfNobody,
            .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" 0 -1 {length}\r\n{user} {password}\r\n")),

            // Not md: what is older than the meta protocol must get as far as to tell its version.
            .. "delete "u8, KeyOfNobody, .. "\r\n"u8,
        ];
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
        if (!_isLoggedIn)
        {
            // One that asks for no login may be too full for a set. Who is let in without having logged in shows with the next command.
            if (reply.Status is not (ReplyStatus.Stored or ReplyStatus.ServerError))
                throw reply.Status is ReplyStatus.ClientError && reply.Text.IsEmpty ? _faults.Of(NodeFailureKind.AccessDenied) : _faults.Of(reply);
            _isLoggedIn = true;
            return false;
        }

        if (reply.Status is not (ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.ServerError))
            throw new MemcachedProtocolException("a reply that does not fit the command");
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
