using System.Text;

namespace CacheRing.UnitTests.Memcached;

/// <summary>How a server misbehaves.</summary>
internal enum FuzzKind
{
    Right,
    Spoilt,
    Noise,
}

/// <summary>
/// What becomes of each reply on its way, by a seed: bits, bytes, lines and whole replies changed, lost, doubled, exchanged, or the
/// stream cut off. The inside of values is left alone, since no client could tell; their heads and ends are not.
/// </summary>
internal sealed class FuzzPlan
{
    private static readonly string[] Strangers =
    [
        "HD\r\n", "EN\r\n", "NF\r\n", "NS\r\n", "EX\r\n", "MN\r\n", "END\r\n", "STORED\r\n", "STAT a b\r\n", "VERSION 1\r\n", "ERROR\r\n", "VA 3\r\nabc\r\n", "VALUE key-1 0 3\r\nabc\r\n", "VALUE k 0",
        "SERVER_ERROR out of memory storing object\r\n", "CLIENT_ERROR bad data chunk\r\n", "VA 0 O00000\r\n\r\n", "VA 5", "\r\n", "\0", "-ERR\r\n", "$1\r\nx\r\n",
    ];

    private readonly Random _random;
    private readonly FuzzKind _kind;
    private readonly int _oneIn;
    private Part[]? _held;

    public FuzzPlan(int seed, FuzzKind kind)
    {
        _random = new Random(seed);
        _kind = kind;
        _oneIn = _random.Next(1, 12);
    }

    /// <summary>Nothing comes any more.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>How many bytes the next piece has.</summary>
    public int NextPiece(bool isLarge) => _random.Next(1, isLarge ? 30_000 : _random.Next(3) == 0 ? 10 : 500);

    /// <summary>What is sent for a reply.</summary>
    public byte[] Send(string head, byte[]? value)
    {
        Part[] reply = value is null ? [new(head, null)] : [new(head, null), new("", value), new("\r\n", null)];
        if (_kind == FuzzKind.Right || IsCutOff)
            return IsCutOff ? [] : Bytes(reply);
        if (_kind == FuzzKind.Noise)
            return Noise();

        // A held reply goes out behind the next one.
        Part[] before = reply;
        Part[] after = _held ?? [];
        _held = null;
        if (_random.Next(_oneIn) != 0)
            return Bytes([.. before, .. after]);

        switch (_random.Next(8))
        {
            case 0:
                _held = reply;
                return Bytes(after);
            case 1:
                return Bytes([.. reply, .. reply, .. after]);
            case 2:
                return Bytes(after);
            case 3:
                string stranger = Strangers[_random.Next(Strangers.Length)];
                return Bytes(_random.Next(2) == 0 ? [new(stranger, null), .. after] : [new(stranger, null), .. reply, .. after]);
            case 4:
                IsCutOff = true;
                return Bytes(reply)[.._random.Next(3)];
            default:
                int part = _random.Next(2) == 0 ? 0 : reply.Length - 1;
                reply[part] = new Part(Spoil(reply[part].Text), null);
                return Bytes([.. reply, .. after]);
        }
    }

    private string Spoil(string text)
    {
        int at = _random.Next(text.Length);
        return _random.Next(4) switch
        {
            0 => text[..at] + (char)(text[at] ^ (1 << _random.Next(8))) + text[(at + 1)..],
            1 => text.Remove(at, Math.Min(_random.Next(1, 4), text.Length - at)),
            2 => text.Insert(at, $"{(char)_random.Next(256)}"),
            _ => text[..at] + (char)_random.Next(256) + text[(at + 1)..],
        };
    }

    private byte[] Noise()
    {
        byte[] noise = new byte[_random.Next(1, 30)];
        _random.NextBytes(noise);
        return _random.Next(2) == 0 ? noise : Encoding.Latin1.GetBytes(Strangers[_random.Next(Strangers.Length)]);
    }

    private static byte[] Bytes(IEnumerable<Part> parts) =>
        [.. parts.SelectMany(static part => part.Value ?? Encoding.Latin1.GetBytes(part.Text))];

    private readonly record struct Part(string Text, byte[]? Value);
}
