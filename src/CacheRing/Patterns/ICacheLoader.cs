namespace CacheRing;

/// <summary>
/// Where a read-through cache gets what it does not have: the database. It is resolved in a service scope of its own for each
/// load, so that it may use scoped services; it need not be safe for several threads.
/// </summary>
public interface ICacheLoader<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Loads one value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for it any more.</param>
    /// <returns>The value, or <see cref="CacheLookup{TValue}.NotFound"/>.</returns>
    ValueTask<CacheLookup<TValue>> LoadAsync(TKey key, CancellationToken cancellationToken);

    /// <summary>Loads many values; by default one after the other. What is not found is left out.</summary>
    /// <param name="keys">Their keys, each once.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for any of them any more.</param>
    /// <returns>The values that were found, by key. Keys that were not asked for are ignored.</returns>
    async ValueTask<IReadOnlyDictionary<TKey, TValue>> LoadManyAsync(IReadOnlyCollection<TKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Dictionary<TKey, TValue> found = new(keys.Count);
        foreach (TKey key in keys)
        {
            if ((await LoadAsync(key, cancellationToken).ConfigureAwait(false)).TryGet(out TValue? value))
                found[key] = value;
        }

        return found;
    }
}
