using System.Buffers.Text;

namespace CacheRing.Memcached;

/// <summary>Writes a command's line into a span that has room for the longest.</summary>
internal ref struct CommandText
{
    /// <summary>A verb, a key and every flag that any command here has.</summary>
    public const int LongestLine = MemcachedKeys.LongestText + 128;

    private readonly Span<byte> _span;

    public CommandText(Span<byte> span)
    {
        _span = span;
    }

    public int Length { get; private set; }

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_span[Length..]);
        Length += text.Length;
    }

    /// <summary>Appends a key; true when the flag <c>b</c> must follow.</summary>
    public bool AppendKey(MemcachedKeys keys, string key)
    {
        int written = keys.Write(_span[Length..], key, out bool isBase64);
        Length += written;
        return isBase64;
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _span[Length..], out int written);
        Length += written;
    }

    public void Append(ulong number)
    {
        Utf8Formatter.TryFormat(number, _span[Length..], out int written);
        Length += written;
    }

    public void AppendOpaque(uint number)
    {
        Append(" O"u8);
        Opaque.Write(_span[Length..], number);
        Length += Opaque.Length;
    }

    public void AppendVersion(ulong version)
    {
        Append(" C"u8);
        Append(version);
    }

    public void AppendTimeToLive(int seconds)
    {
        Append(" T"u8);
        Append((long)seconds);
    }
}
