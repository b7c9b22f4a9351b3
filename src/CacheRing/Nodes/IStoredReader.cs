namespace CacheRing.Nodes;

/// <summary>Takes the values of a batch one by one, straight from the transport's buffer.</summary>
internal interface IStoredReader
{
    /// <param name="index">The place of the key in the batch.</param>
    /// <param name="stored">The stored bytes; valid during the call only.</param>
    void Read(int index, ReadOnlySpan<byte> stored);
}
