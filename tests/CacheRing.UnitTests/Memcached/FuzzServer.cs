using System.Globalization;
using System.Text;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// A memcached server at the far end of a stream without a network: it answers while it is written to, has the keys of
/// <see cref="FuzzValues"/>, sends what a <see cref="FuzzPlan"/> makes of its replies, in pieces of any size, and closes on quit.
/// </summary>
internal sealed class FuzzServer : DuplexStream
{
    private readonly FuzzPlan _plan;
    private byte[] _rest = [];

    public FuzzServer(FuzzPlan plan)
    {
        _plan = plan;
    }

    /// <summary>What a client must never send; null: it did not.</summary>
    public string? Complaint { get; private set; }

    /// <summary>The mark that each key was asked for with.</summary>
    public Dictionary<string, string> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>The keys that were asked for by name, without a mark.</summary>
    public HashSet<string> Named { get; } = new(StringComparer.Ordinal);

    protected override int NextPiece => _plan.NextPiece(isLarge: Waiting > 20_000);

    protected override void Written(ReadOnlySpan<byte> bytes)
    {
        _rest = [.. _rest, .. bytes];
        int used = 0;
        while (TryTakeCommand(_rest.AsSpan(used), out int length))
            used += length;
        _rest = _rest[used..];
    }

    private bool TryTakeCommand(ReadOnlySpan<byte> bytes, out int length)
    {
        int end = bytes.IndexOf("\r\n"u8);
        length = end + 2;
        if (end < 0)
            return false;

        string[] words = Encoding.Latin1.GetString(bytes[..end]).Split(' ');
        if (words[0] == "ms")
        {
            int size = int.Parse(words[2], CultureInfo.InvariantCulture);
            if (bytes.Length < length + size + 2)
                return false;
            byte[] expected = words.Contains("c") ? [] : FuzzValues.Of(words[1]);
            if (!bytes.Slice(length, size).SequenceEqual(expected) || !bytes.Slice(length + size, 2).SequenceEqual("\r\n"u8))
                Complaint = $"another value than that of '{words[1]}'";
            length += size + 2;
        }

        Answer(words);
        return true;
    }

    private void Answer(string[] words)
    {
        string mark = words[^1][0] == 'O' ? " " + words[^1] : "";
        switch (words[0])
        {
            case "mg" when words.Contains("v"):
                string name = words.Contains("b") ? Encoding.UTF8.GetString(Convert.FromBase64String(words[1])) : words[1];
                Marks[name] = words[^1];
                if (FuzzValues.IsThere(name))
                {
                    byte[] value = FuzzValues.Of(name);
                    string version = words.Contains("c") ? " c77" : "";
                    Send(_plan.Send(string.Create(CultureInfo.InvariantCulture, $"VA {value.Length}{version}{mark}\r\n"), value));
                }
                else if (words.Contains("N30"))
                {
                    Send(_plan.Send($"VA 0 c77 t-1{mark} W\r\n", []));
                }
                else if (!words.Contains("q"))
                {
                    // As versions before 1.6.10 answer.
                    Send(_plan.Send("EN\r\n", null));
                }

                break;
            case "get":
                foreach (string key in words[1..])
                {
                    Named.Add(key);
                    if (FuzzValues.IsThere(key))
                        Send(_plan.Send(string.Create(CultureInfo.InvariantCulture, $"VALUE {key} 0 {FuzzValues.Of(key).Length}\r\n"), FuzzValues.Of(key)));
                }

                Send(_plan.Send("END\r\n", null));
                break;
            case "mg":
                Send(_plan.Send(FuzzValues.IsThere(words[1]) ? $"HD{mark}\r\n" : "EN\r\n", null));
                break;
            case "md":
                Send(_plan.Send(FuzzValues.IsThere(words[1]) ? $"HD{mark}\r\n" : $"NF{mark}\r\n", null));
                break;
            case "ms":
                Send(_plan.Send(words.Contains("c") ? $"HD c78{mark}\r\n" : $"HD{mark}\r\n", null));
                break;
            case "mn":
                Send(_plan.Send("MN\r\n", null));
                break;
            case "stats":
                foreach (string line in new[] { "STAT pid 12\r\n", "STAT version 1.6.18\r\n", "END\r\n" })
                    Send(_plan.Send(line, null));
                break;
            case "quit":
                End();
                break;
            default:
                Complaint = $"the command '{words[0]}'";
                break;
        }

        if (_plan.IsCutOff)
            End();
    }
}
