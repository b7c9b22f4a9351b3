using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Reads a key that is to be loaded if it is not there, and others before it. Where there is nothing the server plants an
/// empty item, and tells one reader that it did: that one has the lease. Each key has its reply, so that an error is known to
/// be the last key's or not.
/// </summary>
internal sealed class ReadForLoadCommand : ReadingCommand<TokenRead>
{
    private readonly int _lease;
    private string _key;
    private IReadOnlyList<string> _others;
    private int _answered;

    public ReadForLoadCommand(MemcachedContext context, string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader)
        : base(context, others.Count + 1, reader)
    {
        _key = key;
        _others = others;
        _lease = MemcachedExpiry.OfLease(lease);
    }

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Value or ReplyStatus.Missing:
                Opaque.Check(Mark + (uint)_answered, reply);
                break;
            case ReplyStatus.ServerError:
                Refused(reply);
                break;
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }

        int index = _answered++;
        if (index == Count - 1)
        {
            End(Judge(reply));
            return true;
        }

        if (reply.Status == ReplyStatus.Value)
            Gather(index, reply.Value);
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

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _others = null!;
    }

    private TokenRead Judge(in Reply reply)
    {
        if (reply.Status != ReplyStatus.Value)
            return default;
        if (!reply.TryGetNumber((byte)'c', out ulong token))
        {
            Refused(Context.Faults.Lost(new MemcachedProtocolException("an item without its version")));
            return default;
        }

        if (reply.TryGetFlag((byte)'W', out _))
            return new TokenRead(TokenState.Won, token);
        if (reply.TryGetFlag((byte)'Z', out _) || reply.Value.IsEmpty)
            return new TokenRead(TokenState.Held, token, reply.TryGetNumber((byte)'t', out ulong seconds) ? TimeSpan.FromSeconds(seconds) : null);
        Gather(Count - 1, reply.Value);
        return new TokenRead(TokenState.Value, token);
    }
}
