using CacheRing;
using CacheRing.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the hybrid cache of a sharded cache.</summary>
public static class ShardedHybridCacheBuilderExtensions
{
    /// <summary>
    /// Registers a <see cref="Microsoft.Extensions.Caching.Hybrid.HybridCache"/> over the nodes of this cache, under the same
    /// service key; it is a <see cref="ShardedHybridCache"/> too. A second call for the same cache replaces the first. The
    /// options are validated when the host starts, or the cache is first resolved.
    /// </summary>
    /// <param name="builder">The cache, as <c>AddShardedCache</c> returned it.</param>
    /// <param name="configure">Makes the settings; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    public static IShardedCacheBuilder AddShardedHybridCache(this IShardedCacheBuilder builder, Action<ShardedHybridCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ShardedHybridCacheRegistration.Add(builder, configure);
        return builder;
    }
}
