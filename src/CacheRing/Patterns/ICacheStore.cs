namespace CacheRing;

/// <summary>
/// The database behind a write-through or write-behind cache. It is resolved in a service scope of its own for each load and
/// each batch of writes, so that it may use scoped services; it need not be safe for several threads.
/// </summary>
public interface ICacheStore<TKey, TValue> : ICacheLoader<TKey, TValue>
    where TKey : notnull
{
    /// <summary>
    /// Carries out writes: all of them, in one transaction if there is one. It must be idempotent, since a write may come again
    /// (with the same <see cref="StoreWrite{TKey, TValue}.Id"/>) when it was not known to have been carried out. No two of a
    /// batch have the same key.
    /// </summary>
    /// <param name="writes">Upserts and deletes. A delete of what is not there is no error.</param>
    /// <param name="cancellationToken">Cancelled when it is to end.</param>
    /// <exception cref="StoreWriteRejectedException">These writes will never succeed, and the others were carried out.</exception>
    ValueTask WriteAsync(IReadOnlyList<StoreWrite<TKey, TValue>> writes, CancellationToken cancellationToken);
}
