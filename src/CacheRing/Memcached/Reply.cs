using System.Buffers.Text;

namespace CacheRing.Memcached;

/// <summary>One reply of the server; its bytes are valid during the call only.</summary>
internal readonly ref struct Reply
{
    public Reply(ReplyStatus status, ReadOnlySpan<byte> text, ReadOnlySpan<byte> value = default)
    {
        Status = status;
        Text = text;
        Value = value;
    }

    public ReplyStatus Status { get; }

    /// <summary>The rest of the line: flags, each with what follows it (<c>Oab c12</c>), or an error's words.</summary>
    public ReadOnlySpan<byte> Text { get; }

    public ReadOnlySpan<byte> Value { get; }

    /// <summary>What follows a flag; false when the reply does not have it.</summary>
    public bool TryGetFlag(byte flag, out ReadOnlySpan<byte> argument)
    {
        // Nearly always there is one flag, the opaque.
        ReadOnlySpan<byte> rest = Text;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)' ');
            ReadOnlySpan<byte> token = end < 0 ? rest : rest[..end];
            if (!token.IsEmpty && token[0] == flag)
            {
                argument = token[1..];
                return true;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        argument = default;
        return false;
    }

    /// <summary>The number that follows a flag; false when there is none, or one below zero.</summary>
    public bool TryGetNumber(byte flag, out ulong number)
    {
        number = 0;
        return TryGetFlag(flag, out ReadOnlySpan<byte> text) && Utf8Parser.TryParse(text, out number, out int length) && length == text.Length;
    }
}
