using CacheRing.Diagnostics;

namespace CacheRing.Nodes;

/// <summary>
/// Who uses a node, told by the node how each single call went. An interface, and not a second asynchronous method around
/// the node's, since each such frame costs a GET about a twentieth of its CPU time (docs/decisions/0001).
/// </summary>
internal interface INodeClient
{
    /// <summary>The value in what the node has under a key, if it may be given out.</summary>
    /// <param name="key">The key.</param>
    /// <param name="stored">The stored bytes; valid during the call only.</param>
    /// <param name="value">The part of them that is the value.</param>
    bool TryOpen(string key, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value);

    /// <summary>The node has nothing under the key.</summary>
    void Missed();

    /// <summary>A write, remove or refresh was carried out.</summary>
    void Done(CacheOperation operation);

    /// <summary>A read failed.</summary>
    /// <exception cref="NodeException">The failure itself, when reads are to throw.</exception>
    void ReadFailed(string key, NodeException failure);

    /// <summary>A write, remove or refresh failed, and is dropped.</summary>
    void WriteFailed(CacheOperation operation, string key, NodeException failure);
}
