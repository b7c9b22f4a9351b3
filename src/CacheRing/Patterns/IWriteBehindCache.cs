namespace CacheRing;

/// <summary>
/// A write-behind cache, whatever its keys and values are: what is needed to watch it. All those over a sharded cache are resolved as
/// <c>IEnumerable&lt;IWriteBehindCache&gt;</c>, by its service key if it has one. Safe for any number of threads.
/// </summary>
public interface IWriteBehindCache
{
    /// <summary>The name it was registered with.</summary>
    string Name { get; }

    /// <summary>How matters stand. Cheap: no server is asked.</summary>
    WriteBehindStatus Status { get; }

    /// <summary>
    /// Waits until the store has (or the dead-letter sink has been given) all that was written before the call, without waiting
    /// for batches to fill.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the writes go on.</param>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}

/// <summary>
/// A read-through cache whose writes the store gets later, in batches. Without a journal, what the store does not have yet is
/// lost when the process dies. Safe for any number of threads.
/// </summary>
public interface IWriteBehindCache<TKey, TValue> : IReadThroughCache<TKey, TValue>, IWriteBehindCache
    where TKey : notnull
{
    /// <summary>Writes a value to the cache, and has the store get it soon. With a journal it is on disk when this returns.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. It is kept until the store has it, and must not be changed any more.</param>
    /// <param name="cancellationToken">Ends the wait for room. The write may have been taken all the same.</param>
    /// <exception cref="WriteBehindFullException">A bound is reached, and the options say to refuse (or waiting took too long).</exception>
    /// <exception cref="ObjectDisposedException">The cache has ended: nothing is taken any more.</exception>
    ValueTask SetAsync(TKey key, TValue value, CancellationToken cancellationToken = default);

    /// <summary>Removes a value: it is not found from now on, and the store gets to know soon. As <see cref="SetAsync"/> in all else.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait for room. The delete may have been taken all the same.</param>
    ValueTask RemoveAsync(TKey key, CancellationToken cancellationToken = default);
}
