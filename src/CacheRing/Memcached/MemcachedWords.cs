namespace CacheRing.Memcached;

/// <summary>
/// What a server's errors mean, by how their text begins: one table, which docs/memcached.md repeats. What is refused was not written.
/// </summary>
internal static class MemcachedWords
{
    public static IReadOnlyList<MemcachedWord> Table { get; } =
    [
        new("object too large", NodeFailureKind.ValueTooLarge, "refused the value: it is larger than the server's limit for one item, 1 MiB by default. Raise the limit (-I 4m, say), or store less under one key"),
        new("out of memory", NodeFailureKind.OutOfMemory, "refused the write: its memory is full and it evicts nothing. Start it without -M, or give it more memory (-m)"),
        new(
            "Out of memory during read",
            NodeFailureKind.OutOfMemory,
            "refused the write: it has no memory for so large a value. Give it more (-m), or lower the limit for one value (-I), so that such values are refused for their size"),
        new("unauthenticated", NodeFailureKind.AccessDenied, "refused the credentials. Check user and password against the server's -Y file"),
        new("authentication", NodeFailureKind.AccessDenied, "refused the credentials. Check user and password against the server's -Y file"),
        new("Too many open connections", NodeFailureKind.Unreachable, "has no connection left for this client. Raise its limit (-c), or lower the number of clients"),
    ];

    /// <summary>The word that an error's text begins with; null when it has none of them.</summary>
    public static MemcachedWord? In(ReadOnlySpan<byte> text)
    {
        foreach (MemcachedWord word in Table)
        {
            if (text.StartsWith(word.Bytes.Span))
                return word;
        }

        return null;
    }
}
