using System.IO.Pipelines;
using System.Text;

namespace CacheRing.Memcached;

/// <summary>What the server counts, by the server's own names.</summary>
internal sealed class StatisticsCommand : MemcachedCommand
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, string>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, string> _statistics = new(StringComparer.Ordinal);
    private readonly MemcachedFaults _faults;

    public StatisticsCommand(MemcachedFaults faults)
    {
        _faults = faults;
    }

    public Task<IReadOnlyDictionary<string, string>> Task => _done.Task;

    public override bool Write(PipeWriter writer)
    {
        ReadOnlySpan<byte> line = "stats\r\n"u8;
        line.CopyTo(writer.GetSpan(line.Length));
        writer.Advance(line.Length);
        return true;
    }

    public override bool Take(in Reply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Statistic:
                string[] pair = Encoding.ASCII.GetString(reply.Text).Split(' ', 2);
                if (!IsEnded)
                    _statistics[pair[0]] = pair.Length == 2 ? pair[1] : "";
                return false;
            case ReplyStatus.End:
                if (TryClaim())
                {
                    LeaveWatch();
                    _done.SetResult(_statistics);
                }

                return true;

            // In the place of the list, or of the rest of it.
            case ReplyStatus.ServerError:
                if (TryClaim())
                    Fail(_faults.Of(reply));
                return true;
            case ReplyStatus.ClientError:
                throw _faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }
    }

    protected override void Fail(Exception error)
    {
        LeaveWatch();
        _done.SetError(error);
    }
}
