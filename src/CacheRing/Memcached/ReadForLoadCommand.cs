using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Reads a key that is to be loaded if it is not there, and others before it. Where there is nothing the server plants an
/// empty item, and tells one reader that it did: that one has the lease. Each key has its reply, so that an error is known to
/// be the last key's or not.
/// </summary>
internal sealed class ReadForLoadCommand : BatchCommand
{
    private readonly TaskCompletionSource<TokenRead> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _key;
    private readonly IReadOnlyList<string> _others;
    private readonly int _lease;
    private readonly IStoredReader _reader;
    private NodeException? _failure;
    private int _answered;

    public ReadForLoadCommand(MemcachedContext context, string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader)
        : base(context, others.Count + 1)
    {
        _key = key;
        _others = others;
        _lease = MemcachedExpiry.OfLease(lease);
        _reader = reader;
    }

    public Task<TokenRead> Task => _done.Task;

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Value or ReplyStatus.Missing:
                Opaque.Check(Mark + (uint)_answered, reply);
                break;
            case ReplyStatus.ServerError:
                _failure ??= Context.Faults.Of(reply);
                break;
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }

        int index = _answered++;
        if (index == _others.Count)
        {
            if (TryClaim())
                End(reply);
            return true;
        }

        if (reply.Status == ReplyStatus.Value && !IsEnded)
            _reader.Read(index, reply.Value);
        return false;
    }

    protected override void WriteOne(PipeWriter writer, int index, uint mark)
    {
        if (index < _others.Count)
        {
            WriteLine(writer, "mg "u8, _others[index], " v"u8, mark);
            return;
        }

        Span<byte> flags = stackalloc byte[32];
        CommandText text = new(flags);
        text.Append(" v c t N"u8);
        text.Append((long)_lease);
        WriteLine(writer, "mg "u8, _key, flags[..text.Length], mark);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    private void End(in Reply reply)
    {
        if (_failure is { } failure)
            Fail(failure);
        else if (reply.Status == ReplyStatus.Missing)
            End(default(TokenRead));
        else if (!reply.TryGetNumber((byte)'c', out ulong token))
            Fail(Context.Faults.Lost(new MemcachedProtocolException("an item without its version")));
        else if (reply.TryGetFlag((byte)'W', out _))
            End(new TokenRead(TokenState.Won, token));
        else if (reply.TryGetFlag((byte)'Z', out _) || reply.Value.IsEmpty)
            End(new TokenRead(TokenState.Held, token, reply.TryGetNumber((byte)'t', out ulong seconds) ? TimeSpan.FromSeconds(seconds) : null));
        else
        {
            _reader.Read(_others.Count, reply.Value);
            End(new TokenRead(TokenState.Value, token));
        }
    }

    private void End(TokenRead found)
    {
        LeaveWatch();
        _done.SetResult(found);
    }
}
