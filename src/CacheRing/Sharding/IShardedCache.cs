using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing;

/// <summary>
/// Many servers behaving as one cache. Safe for any number of threads.
/// <para>
/// Keys: 1 to <see cref="ShardedCacheOptions.MaxKeyBytes"/> bytes of UTF-8, ordinal; a null key throws
/// <see cref="ArgumentNullException"/>, an empty, too long or malformed one (half a surrogate pair) throws
/// <see cref="ArgumentException"/>, before anything is sent, and so does one that begins with <c>cr:</c>, which is where CacheRing keeps records of
/// its own. Values: 0 to <see cref="ShardedCacheOptions.MaxValueBytes"/>
/// bytes; null throws <see cref="ArgumentNullException"/>.
/// </para>
/// <para>
/// A node that does not answer: a read is a miss, unless <see cref="FailoverOptions.OnReadFailure"/> says otherwise; a
/// write or remove is queued (the node removes the key before it is used again; until then it reads as a miss), a refresh is
/// dropped; all are counted and logged. A node that hangs is ejected, and calls to it end, after
/// <see cref="FailoverOptions.SilenceTimeout"/>; a call to one that lives takes no longer than
/// <see cref="FailoverOptions.OperationTimeout"/> and the beat of the timer. Calls wait while the cache connects for
/// the first time and while a lost connection is being replaced, up to twice
/// <see cref="FailoverOptions.ConnectTimeout"/>. One failure of a write is thrown: a value over a Memcached
/// server's own limit (<see cref="NodeException"/>, <see cref="NodeFailureKind.ValueTooLarge"/>). The synchronous calls hold their
/// thread, and raise the minimum of the thread pool by as many as they hold at once: prefer the asynchronous ones. Cancelling a call
/// ends the wait; what was sent may still take effect. After disposal every member throws <see cref="ObjectDisposedException"/>.
/// </para>
/// </summary>
public interface IShardedCache : IBufferDistributedCache
{
    /// <summary>Says which node owns a key. Needs no connection and allocates nothing.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The owner, the key's hash and the ring's fingerprint.</returns>
    CacheRoute Locate(string key);

    /// <summary>
    /// A node's health has changed. Raised on a thread of the pool, one change after the other for each node; what a handler
    /// throws is logged.
    /// </summary>
    event EventHandler<NodeHealthChangedEventArgs>? NodeHealthChanged;

    /// <summary>The nodes that take part, as this client sees them now. Needs no connection.</summary>
    /// <returns>One for each node that is not retired, in the configured order.</returns>
    IReadOnlyList<NodeStatus> GetNodes();

    /// <summary>
    /// Removes a key, as <see cref="Microsoft.Extensions.Caching.Distributed.IDistributedCache.RemoveAsync"/> does, and says whether that holds for everyone yet.
    /// </summary>
    /// <param name="key">The key; one that is not there counts as removed.</param>
    /// <param name="token">Ends the wait; the remove is then queued.</param>
    /// <returns>Whether every node that must know of it has answered.</returns>
    ValueTask<RemoveOutcome> TryRemoveAsync(string key, CancellationToken token = default);

    /// <summary>
    /// Reads many keys: one command a node, all nodes at the same time. Duplicates are read once. A node that does not
    /// answer costs its own keys only; they are listed in <see cref="CacheBatch.Unavailable"/>, and nothing is thrown.
    /// </summary>
    /// <param name="keys">The keys.</param>
    /// <param name="token">Ends the wait.</param>
    /// <returns>The values found.</returns>
    ValueTask<CacheBatch> GetManyAsync(IEnumerable<string> keys, CancellationToken token = default);

    /// <summary>
    /// Writes many entries with the same expiry: one pipeline a node, all nodes at the same time. Of a key given twice the
    /// last value is written.
    /// </summary>
    /// <param name="entries">The keys and values.</param>
    /// <param name="options">When the entries expire.</param>
    /// <param name="token">Ends the wait.</param>
    /// <returns>Which keys were not written.</returns>
    ValueTask<CacheBatchOutcome> SetManyAsync(
        IEnumerable<KeyValuePair<string, byte[]>> entries, DistributedCacheEntryOptions options, CancellationToken token = default);

    /// <summary>Removes many keys: one command a node, all nodes at the same time.</summary>
    /// <param name="keys">The keys; those that are not there count as removed.</param>
    /// <param name="token">Ends the wait.</param>
    /// <returns>Which keys were not removed.</returns>
    ValueTask<CacheBatchOutcome> RemoveManyAsync(IEnumerable<string> keys, CancellationToken token = default);
}
