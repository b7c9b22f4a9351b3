using CacheRing.Diagnostics;

namespace CacheRing.Nodes;

/// <summary>
/// Who uses a node, told by the node how each single call went. An interface, and not a second asynchronous method around
/// the node's, since each such frame costs a GET about a twentieth of its CPU time (docs/decisions/0001). Where a call names an
/// epoch, it is the connection's number from before the command was sent.
/// </summary>
internal interface INodeClient
{
    /// <summary>There is a new connection, ready for use.</summary>
    void Connected();

    /// <summary>The connection was lost, whether or not somebody waits for an answer on it. Another is being made.</summary>
    void Disconnected(NodeException failure);

    /// <summary>An attempt to make a connection has failed. Another will follow.</summary>
    void ConnectFailed(NodeException failure);

    /// <summary>Something is being sent. Cheap: called for each send, not for each command.</summary>
    void Sending();

    /// <summary>The value in what the node has under a key, if it may be given out.</summary>
    /// <param name="key">The key.</param>
    /// <param name="epoch">The connection's number.</param>
    /// <param name="stored">The stored bytes; valid during the call only.</param>
    /// <param name="value">The part of them that is the value.</param>
    bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value);

    /// <summary>The node has nothing under the key.</summary>
    void Missed();

    /// <summary>
    /// Whether an answer that is a miss may be none: it was asked for on a connection that has been replaced since, and is to be asked
    /// for once more (<see cref="ReadFailedAsync"/>).
    /// </summary>
    bool IsOvertaken(int epoch);

    /// <summary>A write, remove or refresh was carried out.</summary>
    void Done(CacheOperation operation, string key, int epoch);

    /// <summary>A read failed. It may be tried again.</summary>
    /// <returns>The value all the same; null for a miss.</returns>
    /// <exception cref="NodeException">The failure itself, when reads are to throw; in the task, or at once.</exception>
    ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token);

    /// <summary>A write, remove or refresh failed, or was given up by its caller (no failure then).</summary>
    /// <param name="operation">What it was.</param>
    /// <param name="key">The key.</param>
    /// <param name="epoch">The connection's number from before it was sent: it may have gone out on this one, or on any since.</param>
    /// <param name="failure">Why; null when its caller gave it up.</param>
    /// <param name="stamp">The stamp of the entry that may arrive late; 0 where there is none.</param>
    void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0);
}
