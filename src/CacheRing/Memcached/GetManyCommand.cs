using System.IO.Pipelines;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Reads many keys. Those that are sent as they are go in plain <c>get</c> lines, which cost a server a good deal less than a
/// command for each key; their replies name the key, which is compared. Those that are sent in base64 go as quiet gets, which
/// answer only where there is a value, with their mark, and a no-op behind them that ends the answers.
/// </summary>
internal sealed class GetManyCommand : ReadingCommand<bool>
{
    // A server takes longer ones, and then needs a larger buffer than it has at hand. It counts a line as one command, after some
    // of which (-R) others have their turn.
    private const int LongestGet = 2000;

    private readonly IReadOnlyList<string> _keys;
    private readonly Run[] _runs;
    private int _writing;
    private int _taking;
    private int _next;

    public GetManyCommand(MemcachedContext context, IReadOnlyList<string> keys, IStoredReader reader)
        : base(context, keys.Count, reader)
    {
        _keys = keys;
        _runs = Part(context.Keys, keys);
    }

    public override bool Take(in Reply reply)
    {
        bool isPlain = _runs[_taking].IsPlain;
        switch (reply.Status)
        {
            case ReplyStatus.Item when isPlain:
                int place = PlaceOf(reply.Text);
                _next = place + 1;
                Gather(place, reply.Value);
                return false;
            case ReplyStatus.Value when !isPlain:
                int index = IndexOf(reply);
                _next = index + 1;
                Gather(index, reply.Value);
                return false;
            case ReplyStatus.End when isPlain:
            case ReplyStatus.NoOperation when !isPlain:
                return EndRun();
            case ReplyStatus.ServerError:
                Refused(reply);

                // In the place of a line's end, or of one quiet get's value.
                return isPlain && EndRun();
            case ReplyStatus.ClientError:
                throw Context.Faults.Of(reply);
            default:
                throw new MemcachedProtocolException("a reply that does not fit the command");
        }
    }

    protected override void WriteOne(PipeWriter writer, int index, uint mark)
    {
        Run run = _runs[_writing];
        bool isFirst = index == (_writing == 0 ? 0 : _runs[_writing - 1].End);
        bool isLast = index == run.End - 1;
        if (isLast)
            _writing++;
        if (!run.IsPlain)
        {
            WriteLine(writer, "mg "u8, _keys[index], " v q"u8, mark);
            if (isLast)
                WriteText(writer, "mn\r\n"u8);
            return;
        }

        CommandText text = new(writer.GetSpan(CommandText.LongestLine));
        text.Append(isFirst ? "get "u8 : " "u8);
        text.AppendKey(Context.Keys, _keys[index]);
        if (isLast)
            text.Append("\r\n"u8);
        writer.Advance(text.Length);
    }

    private static void WriteText(PipeWriter writer, ReadOnlySpan<byte> text)
    {
        text.CopyTo(writer.GetSpan(text.Length));
        writer.Advance(text.Length);
    }

    private static Run[] Part(MemcachedKeys form, IReadOnlyList<string> keys)
    {
        List<Run>? before = null;
        bool isPlain = false;
        int length = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            // With the space before it.
            int? plain = form.PlainLength(keys[i]) + 1;
            if (i > 0 && (isPlain != plain.HasValue || length + plain > LongestGet))
            {
                (before ??= []).Add(new Run(i, isPlain));
                length = 0;
            }

            isPlain = plain.HasValue;
            length += plain ?? 0;
        }

        Run last = new(keys.Count, isPlain);
        return before is null ? [last] : [.. before, last];
    }

    private bool EndRun()
    {
        _next = _runs[_taking++].End;
        if (_taking < _runs.Length)
            return false;
        End(true);
        return true;
    }

    // Replies come in the order of the keys, misses left out: one that is none of the rest of the line's is a stranger.
    private int PlaceOf(ReadOnlySpan<byte> text)
    {
        for (int i = _next; i < _runs[_taking].End; i++)
        {
            if (Context.Keys.IsNamed(_keys[i], text))
                return i;
        }

        throw Stranger();
    }

    private int IndexOf(in Reply reply) =>
        Opaque.DistanceFrom(Mark, reply) is { } distance && distance < _runs[_taking].End && distance >= _next ? (int)distance : throw Stranger();

    private static MemcachedProtocolException Stranger() => new("a value that was not asked for");

    /// <summary>Keys that go together, up to the next ones': in one line, or as quiet gets with one end.</summary>
    private readonly record struct Run(int End, bool IsPlain);
}
