namespace CacheRing.Nodes;

/// <summary>
/// One server, or what stands in for one: all that the cache asks of a transport. Keys come without the instance name,
/// which is the node's to add; values are the stored bytes, header and all.
/// <para>
/// Every operation ends within the transport's timeout. It throws <see cref="NodeException"/> when the node could not do
/// it, <see cref="OperationCanceledException"/> when the token was cancelled first (the command may still take effect),
/// and <see cref="ObjectDisposedException"/> after disposal. Bytes given to a write must stay as they are until the task
/// has ended <em>without an exception</em>: after a timeout a transport may still be about to send them.
/// </para>
/// </summary>
internal interface ICacheNode : IAsyncDisposable
{
    /// <summary>The configured name: the node's identity in the ring, in logs and in metrics.</summary>
    string Name { get; }

    /// <summary>Begins to connect in the background; never throws, never blocks. Called once.</summary>
    void Start();

    ValueTask<StoredValue> GetAsync(string key, CancellationToken token);

    /// <summary>The first <paramref name="length"/> bytes under a key, or fewer if there are fewer.</summary>
    ValueTask<StoredValue> GetHeadAsync(string key, int length, CancellationToken token);

    ValueTask SetAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, CancellationToken token);

    /// <summary>Removes a key; that it was not there is a success too.</summary>
    ValueTask RemoveAsync(string key, CancellationToken token);

    /// <summary>Gives a key that exists a new time to live; never creates one.</summary>
    ValueTask ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token);

    /// <summary>The same without an answer: sent behind all earlier commands, its outcome unknown, never throwing.</summary>
    void ExpireUnawaited(string key, TimeSpan timeToLive);

    /// <summary>Hands the value of each key that exists to the reader, in one round trip.</summary>
    ValueTask GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token);

    /// <summary>Writes in one round trip; the answer has null for each success, in the order of the writes.</summary>
    ValueTask<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token);

    /// <summary>Removes in one round trip.</summary>
    ValueTask RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token);
}
