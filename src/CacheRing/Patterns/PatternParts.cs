namespace CacheRing.Patterns;

/// <summary>What a read-through cache, and those that write too, are put together from.</summary>
/// <param name="Name">The registration's name, the first part of every cache key.</param>
/// <param name="Aside">Finds, loads once, and fills.</param>
/// <param name="Policy">How values are cached.</param>
/// <param name="Keys">Makes texts of keys.</param>
/// <param name="Loaders">The loader or store.</param>
internal sealed record PatternParts<TKey, TValue, TLoader>(
    string Name, CacheAside Aside, EntryPolicy Policy, ICacheKeyEncoder<TKey> Keys, ServiceScopes<TLoader> Loaders)
    where TKey : notnull
    where TLoader : ICacheLoader<TKey, TValue>;
