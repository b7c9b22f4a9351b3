using System.Text;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A server at the far end of a stream without a network: it answers each line as it is told to.</summary>
/// <param name="answer">What to answer to a line; null: nothing.</param>
internal sealed class LineServer(Func<string, string?> answer) : DuplexStream
{
    private readonly Lock _lock = new();
    private readonly List<string> _heard = [];
    private string _rest = "";

    public string[] Heard
    {
        get
        {
            lock (_lock)
                return [.. _heard];
        }
    }

    /// <summary>The mark of a command, as it is to be repeated.</summary>
    public static string MarkOf(string line) => line[(line.LastIndexOf(' ') + 1)..];

    protected override int NextPiece => int.MaxValue;

    protected override void Written(ReadOnlySpan<byte> bytes)
    {
        _rest += Encoding.Latin1.GetString(bytes);
        for (int end; (end = _rest.IndexOf("\r\n", StringComparison.Ordinal)) >= 0;)
        {
            string line = _rest[..end];
            _rest = _rest[(end + 2)..];
            lock (_lock)
                _heard.Add(line);
            if (answer(line) is { } reply)
                Send(Encoding.Latin1.GetBytes(reply));
        }
    }
}
