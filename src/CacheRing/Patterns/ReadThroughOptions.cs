namespace CacheRing;

/// <summary>Settings of a read-through cache. Read once, when the cache is made.</summary>
public class ReadThroughOptions
{
    /// <summary>
    /// How values are cached. Null in it means: as <see cref="ShardedHybridCacheOptions.DefaultEntryOptions"/> of the same cache
    /// say. Where neither gives a <see cref="ShardedHybridCacheEntryOptions.NotFoundExpiration"/> it is zero: that a key was not
    /// found is not remembered, unless you say for how long.
    /// </summary>
    public ShardedHybridCacheEntryOptions Entry { get; set; } = new();
}
