namespace CacheRing;

/// <summary>
/// A read-through cache that writes too: first the store, then the cache. When a write has returned, no read that begins later,
/// in whichever process, gives an older value, as long as the key's node has answered (<see cref="RemoveOutcome.Applied"/>).
/// Safe for any number of threads.
/// </summary>
public interface IWriteThroughCache<TKey, TValue> : IReadThroughCache<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Writes a value to the store, and then to the cache.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">
    /// Ends the wait. The store may have carried out the write all the same: the key is removed from the cache then.
    /// </param>
    /// <returns>
    /// Applied; or Queued, when the node has not answered: the store has the value, this process reads no older one, and others
    /// may until the node has been told. A failure of the cache never fails a write that the store has carried out.
    /// </returns>
    /// <remarks>What the store throws is thrown to the caller, and the cache is as it was.</remarks>
    ValueTask<RemoveOutcome> SetAsync(TKey key, TValue value, CancellationToken cancellationToken = default);

    /// <summary>Deletes a value from the store, and then removes it from the cache. As <see cref="SetAsync"/> in all else.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<RemoveOutcome> RemoveAsync(TKey key, CancellationToken cancellationToken = default);
}
