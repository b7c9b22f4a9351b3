using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Reads many keys: quiet gets, which answer only where there is a value, and a no-op that ends the answers.
/// </summary>
internal sealed class GetManyCommand : BatchCommand
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<string> _keys;
    private readonly IStoredReader _reader;
    private NodeException? _failure;
    private int _next;

    public GetManyCommand(MemcachedContext context, IReadOnlyList<string> keys, IStoredReader reader)
        : base(context, keys.Count)
    {
        _keys = keys;
        _reader = reader;
    }

    public Task Task => _done.Task;

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Value:
                int index = IndexOf(reply);
                _next = index + 1;
                if (!IsEnded)
                    _reader.Read(index, reply.Value);
                return false;
            case ReplyStatus.NoOperation:
                if (TryClaim())
                    End();
                return true;
            case ReplyStatus.ServerError:
                _failure ??= Context.Faults.Of(reply);
                return false;
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }
    }

    protected override void WriteOne(PipeWriter writer, int index, uint mark) => WriteLine(writer, "mg "u8, _keys[index], " v q"u8, mark);

    protected override void WriteEnd(PipeWriter writer)
    {
        ReadOnlySpan<byte> end = "mn\r\n"u8;
        end.CopyTo(writer.GetSpan(end.Length));
        writer.Advance(end.Length);
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }

    // Replies come in the order of the keys, so that one before the last is a stranger.
    private int IndexOf(in Reply reply) =>
        Opaque.DistanceFrom(Mark, reply) is { } distance && distance < Count && distance >= _next
            ? (int)distance
            : throw new MemcachedProtocolException("a value that was not asked for");

    private void End()
    {
        LeaveWatch();
        if (_failure is { } failure)
            _done.SetException(failure);
        else
            _done.SetResult();
    }
}
