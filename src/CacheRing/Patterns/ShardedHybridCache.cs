using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing;

/// <summary>
/// A <see cref="HybridCache"/> over the nodes of an <see cref="IShardedCache"/>, with what it can do beyond that class: at most
/// one load of a key in all processes that share the nodes, values that are stored only if nothing changed the key during the
/// load, and per call the settings of <see cref="ShardedHybridCacheEntryOptions"/>. Safe for any number of threads.
/// <para>
/// Apps need not know this type: <see cref="HybridCache"/> is registered too, and is the same object. A node that does not
/// answer costs a load, never an exception. A key that cannot be kept (empty, longer than
/// <see cref="ShardedCacheOptions.MaxKeyBytes"/>, half a surrogate pair) is loaded each time, and logged once.
/// </para>
/// </summary>
public abstract class ShardedHybridCache : HybridCache
{
    /// <summary>Gets a value from the cache, or loads and stores it.</summary>
    /// <typeparam name="TState">The type of what the factory is given.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the factory is given; so that it need not capture anything.</param>
    /// <param name="factory">
    /// Loads the value. Its token is cancelled when nobody waits for the value any more. With early refresh or a soft timeout it
    /// may run, or go on running, after the call has returned: it must not use what ends with the call (a scoped database
    /// context, say).
    /// </param>
    /// <param name="options">Settings of this call; null, and those of them that are null: the cache's own.</param>
    /// <param name="tags">Tags to remove the value by; none is empty, and none is <c>*</c>.</param>
    /// <param name="cancellationToken">Ends this caller's wait, and no other's.</param>
    /// <returns>The value.</returns>
    public abstract ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        ShardedHybridCacheEntryOptions? options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Gets a value from the cache, or loads and stores it.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value; see the other overload.</param>
    /// <param name="options">Settings of this call; null, and those of them that are null: the cache's own.</param>
    /// <param name="tags">Tags to remove the value by.</param>
    /// <param name="cancellationToken">Ends this caller's wait, and no other's.</param>
    /// <returns>The value.</returns>
    public ValueTask<T> GetOrCreateAsync<T>(
        string key,
        Func<CancellationToken, ValueTask<T>> factory,
        ShardedHybridCacheEntryOptions? options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return GetOrCreateAsync(key, factory, static (factory, token) => factory(token), options, tags, cancellationToken);
    }

    /// <summary>Stores a value, whatever is there: of two that are stored at a time the last to arrive stays.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">Settings of this call; null, and those of them that are null: the cache's own.</param>
    /// <param name="tags">Tags to remove the value by.</param>
    /// <param name="cancellationToken">Ends the wait; the value may be stored all the same.</param>
    /// <returns>A task that ends when the node has answered.</returns>
    public abstract ValueTask SetAsync<T>(
        string key, T value, ShardedHybridCacheEntryOptions? options, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default);
}
