namespace CacheRing;

/// <summary>
/// A cache that hides the database: what it does not have it loads by its <see cref="ICacheLoader{TKey, TValue}"/>, once for all
/// who ask at the same time in all processes, and keeps. Safe for any number of threads.
/// </summary>
public interface IReadThroughCache<TKey, TValue>
    where TKey : notnull
{
    /// <summary>The value of a key, from the cache or the loader.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the load goes on for others who wait for it.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <remarks>What the loader throws is thrown to all who wait for it, and not cached. A node that is out is not waited for: the value is loaded.</remarks>
    ValueTask<CacheLookup<TValue>> GetAsync(TKey key, CancellationToken cancellationToken = default);

    /// <summary>
    /// The values of many keys: one batch to each node, and one call of
    /// <see cref="ICacheLoader{TKey, TValue}.LoadManyAsync"/> for those that nobody has or loads already.
    /// </summary>
    /// <param name="keys">The keys; one that is named twice is looked up once.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The values that were found, by key.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<IReadOnlyDictionary<TKey, TValue>> GetManyAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default);
}
