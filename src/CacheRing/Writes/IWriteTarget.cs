namespace CacheRing.Writes;

/// <summary>Where a queue's writes go. Safe for any number of threads, with different keys.</summary>
internal interface IWriteTarget<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Gives writes of different keys to the store, and leaves in the cache what fits.</summary>
    /// <exception cref="StoreWriteRejectedException">Some will never succeed; the others were carried out.</exception>
    /// <exception cref="Exception">The store has not carried them out, or it is not known whether it has.</exception>
    Task WriteAsync(IReadOnlyList<PendingWrite<TKey, TValue>> writes, CancellationToken cancellation);

    /// <summary>Gives a write to the dead-letter sink, and removes its key from the cache.</summary>
    /// <exception cref="Exception">The sink has not taken it.</exception>
    Task GiveUpAsync(PendingWrite<TKey, TValue> write, int attempts, Exception? error, CancellationToken cancellation);
}
