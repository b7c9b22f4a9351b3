namespace CacheRing.Sharding;

/// <summary>
/// Takes what a read found, straight from the transport's buffer. The bytes are
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
    /// <param name="annex">What its loader knew of it.</param>
    /// <param name="value">The value.</param>
    /// <param name="serversDeadline">The deadline that the server keeps by its own clock; null when a reader's clock decides.</param>
    void Entry(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value, long? serversDeadline);
}
