using System.Buffers;
using CacheRing.Entries;

namespace CacheRing.Nodes;

/// <summary>
/// One server, or what stands in for one: all that the cache asks of a transport. Keys come without the instance name,
/// which is the node's to add; values are the stored bytes, header and all.
/// <para>
/// Every operation ends within the transport's timeout, with <see cref="OperationCanceledException"/> when the token was
/// cancelled first (the command may still take effect), or with <see cref="ObjectDisposedException"/> after disposal. The
/// operations on one key tell the <see cref="INodeClient"/> how they went; those on many throw <see cref="NodeException"/>.
/// Bytes given to a write must stay as they are unless it succeeds: after a timeout a transport may still be about to send
/// them.
/// </para>
/// </summary>
internal interface ICacheNode : ITokenNode, IAsyncDisposable
{
    /// <summary>The configured name: the node's identity in the ring, in logs and in metrics.</summary>
    string Name { get; }

    /// <summary>Where the transport differs from others.</summary>
    NodeTraits Traits { get; }

    /// <summary>
    /// The connection's number; it changes before the first command of a new connection is sent. Reading it is free.
    /// </summary>
    int Epoch { get; }

    /// <summary>Whether there is a connection on which commands can be sent. Reading it is free.</summary>
    bool IsConnected { get; }

    /// <summary>What the connection in use shows of the server. Called on a thread that watches all nodes: it never waits, never throws.</summary>
    ConnectionSigns ReadSigns();

    /// <summary>
    /// Gives the connection in use up: every call under way on it ends within milliseconds, with the reason, and another
    /// connection is made in the background. Never throws, never waits.
    /// </summary>
    void Abandon(NodeException reason);

    /// <summary>Messages between this server's clients; null where the transport has none.</summary>
    INodeBus? Bus { get; }

    /// <summary>Begins to connect in the background; never throws, never blocks. Called once, before anything else.</summary>
    void Start(INodeClient client);

    /// <summary>
    /// Whether the transport can send no more than a hash of this key. The entry then holds the key, and is given out for no
    /// other.
    /// </summary>
    bool KeepsKeyInEntry(string key) => false;

    /// <summary>A copy of the value under a key; null when there is none, or when the read failed.</summary>
    Task<byte[]?> GetAsync(string key, CancellationToken token);

    /// <summary>Appends the value under a key to the destination; false when there is none, or when the read failed.</summary>
    ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token);

    /// <summary>
    /// At least the first <paramref name="length"/> bytes under a key, or all of them if there are fewer; null if there are none.
    /// </summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task<byte[]?> GetHeadAsync(string key, int length, CancellationToken token);

    /// <summary>Writes an entry, and returns its buffer when that has succeeded.</summary>
    Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token);

    /// <summary>Removes a key; that it was not there is a success too.</summary>
    Task RemoveAsync(string key, CancellationToken token);

    /// <summary>Gives a key that exists a new time to live; never creates one.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token);

    /// <summary>The same without an answer: sent behind all earlier commands, its outcome unknown, never throwing.</summary>
    void ExpireUnawaited(string key, TimeSpan timeToLive);

    /// <summary>Hands the stored bytes of each key that exists to the reader, in one round trip (of parts, when there are thousands).</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token);

    /// <summary>Writes in one round trip; the answer has null for each success, in the order of the writes.</summary>
    /// <exception cref="NodeException">The node was not there to be written to.</exception>
    Task<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token);

    /// <summary>Removes in one round trip.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token);

    /// <summary>What is stored under two keys, read in one round trip, the first before the second.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task<StoredPair> GetPairAsync(string first, string second, CancellationToken token);

    /// <summary>Asks the node who it is and what is under the key of its record; all on one connection.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task<NodeGreeting> GreetAsync(string recordKey, CancellationToken token);

    /// <summary>
    /// Replaces what is under a key, for ever, if it still is what is expected (null: nothing); also on a server whose memory
    /// is full, where it can be done.
    /// </summary>
    /// <returns>What is under the key now; the replacement, when it was stored.</returns>
    /// <exception cref="NodeException">The node did not answer, or refused.</exception>
    Task<byte[]?> ReplaceAsync(string key, byte[]? expected, byte[] replacement, CancellationToken token);

    /// <summary>
    /// Ends an earlier connection of this client at the server, so that nothing more arrives on it.
    /// </summary>
    /// <returns>False where that cannot be done.</returns>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task<bool> EndConnectionAsync(long connectionId, CancellationToken token);
}
