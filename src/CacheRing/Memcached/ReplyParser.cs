using System.Buffers.Text;

namespace CacheRing.Memcached;

/// <summary>
/// Reads replies from the server's bytes:
/// <code>
///  VA size flags* CRLF  value CRLF
///  VALUE key flags size CRLF  value CRLF
///  HD | EN | NF | NS | EX | MN  flags* CRLF
///  STORED | DELETED | NOT_FOUND | VERSION text | STAT name value | END | SERVER_ERROR text | CLIENT_ERROR text | ERROR  CRLF
/// </code>
/// Anything else is a <see cref="MemcachedProtocolException"/>: whoever sees one does not know any more which answer belongs
/// to which question.
/// </summary>
internal static class ReplyParser
{
    /// <summary>No line of a server is longer: a key has 250 bytes, and an error is a sentence.</summary>
    public const int LongestLine = 2048;

    /// <summary>The largest item that memcached can be configured for (<c>-I 1g</c>).</summary>
    public const int LargestValue = 1 << 30;

    private const int LineEnd = 2;

    /// <summary>Reads the first reply of the bytes.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="length">How many bytes it took; when it is not whole yet, how many it will take at least.</param>
    /// <returns>Whether there is a whole one.</returns>
    /// <exception cref="MemcachedProtocolException">The bytes are no reply, whatever may follow.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Reply reply, out int length)
    {
        reply = default;
        ReadOnlySpan<byte> head = bytes.Length > LongestLine ? bytes[..LongestLine] : bytes;
        int end = head.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (bytes.Length >= LongestLine)
                throw new MemcachedProtocolException("a line without an end");
            length = bytes.Length + 1;
            return false;
        }

        if (end == 0 || head[end - 1] != (byte)'\r')
            throw new MemcachedProtocolException("a line that does not end in CR LF");

        ReadOnlySpan<byte> line = head[..(end - 1)];
        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = space < 0 ? line : line[..space];
        ReadOnlySpan<byte> text = space < 0 ? default : line[(space + 1)..];
        length = end + 1;
        if (word.SequenceEqual("VA"u8))
            return TryReadValue(bytes, text, out reply, ref length);
        if (word.SequenceEqual("VALUE"u8))
            return TryReadItem(bytes, text, out reply, ref length);

        reply = new Reply(StatusOf(word), text);
        return true;
    }

    private static bool TryReadValue(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text, out Reply reply, scoped ref int length)
    {
        if (!Utf8Parser.TryParse(text, out uint size, out int digits) || (digits < text.Length && text[digits] != (byte)' '))
            throw WithoutLength();
        ReadOnlySpan<byte> flags = digits < text.Length ? text[(digits + 1)..] : default;
        return TryReadData(bytes, ReplyStatus.Value, flags, size, out reply, ref length);
    }

    private static bool TryReadItem(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text, out Reply reply, scoped ref int length)
    {
        int end = text.LastIndexOf((byte)' ');
        if (end < 0 || !Utf8Parser.TryParse(text[(end + 1)..], out uint size, out int digits) || digits != text.Length - end - 1)
            throw WithoutLength();

        // No key has a space in it.
        ReadOnlySpan<byte> named = text[..end];
        if (named.Count((byte)' ') != 1 || named[^1] == (byte)' ' || named[(named.IndexOf((byte)' ') + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw new MemcachedProtocolException("a value without a key and flags");
        return TryReadData(bytes, ReplyStatus.Item, named, size, out reply, ref length);
    }

    private static bool TryReadData(
        ReadOnlySpan<byte> bytes, ReplyStatus status, ReadOnlySpan<byte> text, uint size, out Reply reply, scoped ref int length)
    {
        reply = default;
        if (size > LargestValue)
            throw WithoutLength();
        int start = length;
        length += (int)size + LineEnd;
        if (bytes.Length < length)
            return false;
        if (bytes[length - 2] != (byte)'\r' || bytes[length - 1] != (byte)'\n')
            throw new MemcachedProtocolException("a value that does not end where its length says");

        reply = new Reply(status, text, bytes.Slice(start, (int)size));
        return true;
    }

    private static MemcachedProtocolException WithoutLength() => new("a value without a valid length");

    private static ReplyStatus StatusOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("HD"u8) ? ReplyStatus.Done
        : word.SequenceEqual("EN"u8) ? ReplyStatus.Missing
        : word.SequenceEqual("NF"u8) ? ReplyStatus.NotFound
        : word.SequenceEqual("NS"u8) ? ReplyStatus.NotStored
        : word.SequenceEqual("EX"u8) ? ReplyStatus.Changed
        : word.SequenceEqual("MN"u8) ? ReplyStatus.NoOperation
        : word.SequenceEqual("STAT"u8) ? ReplyStatus.Statistic
        : word.SequenceEqual("END"u8) ? ReplyStatus.End
        : word.SequenceEqual("STORED"u8) ? ReplyStatus.Stored
        : word.SequenceEqual("DELETED"u8) ? ReplyStatus.Done
        : word.SequenceEqual("NOT_FOUND"u8) ? ReplyStatus.NotFound
        : word.SequenceEqual("VERSION"u8) ? ReplyStatus.Version
        : word.SequenceEqual("SERVER_ERROR"u8) ? ReplyStatus.ServerError
        : word.SequenceEqual("CLIENT_ERROR"u8) || word.SequenceEqual("ERROR"u8) ? ReplyStatus.ClientError
        : throw new MemcachedProtocolException("a reply of no known kind");
}
