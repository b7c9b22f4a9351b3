using System.Text;

namespace CacheRing.Testing.Redis;

/// <summary>One reply of a server: a line of text, bytes, a list of replies, or nothing of these, which is nil.</summary>
internal sealed class RespReply
{
    public string? Text { get; init; }

    public byte[]? Bytes { get; init; }

    public IReadOnlyList<RespReply>? Items { get; init; }

    public bool IsError { get; init; }

    public RespReply ThrowIfError() => IsError ? throw new RedisErrorException(Text!) : this;

    /// <summary>As <c>redis-cli</c> shows it to a script: items on lines of their own; a nil can be told from an empty value.</summary>
    public override string ToString() =>
        Text
        ?? (Bytes is not null ? Encoding.UTF8.GetString(Bytes) : null)
        ?? (Items is not null ? string.Join('\n', Items) : "(nil)");
}
