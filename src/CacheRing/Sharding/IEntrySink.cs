namespace CacheRing.Sharding;

/// <summary>
/// Takes what a read found, straight from the transport's buffer and on the thread that reads the connection. The bytes are
/// valid during the call only.
/// </summary>
internal interface IEntrySink
{
    /// <summary>A command begins: the entry that an earlier one gave does not count any more.</summary>
    /// <param name="readsOthers">Whether the other keys are read again as well.</param>
    void Begin(bool readsOthers);

    /// <summary>What is under one of the other keys that were asked for; not called for those that do not exist.</summary>
    void Other(int index, ReadOnlySpan<byte> stored);

    /// <summary>The entry under the key, live and of the node's generation as far as this client believes.</summary>
    void Entry(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value);
}
