using Microsoft.Extensions.DependencyInjection;

namespace CacheRing;

/// <summary>A registration of a sharded cache, to which further parts can be added.</summary>
public interface IShardedCacheBuilder
{
    /// <summary>The services that the cache was added to.</summary>
    IServiceCollection Services { get; }

    /// <summary>
    /// The name of its options (<c>IOptionsMonitor&lt;ShardedCacheOptions&gt;.Get(Name)</c>): empty for the default cache.
    /// </summary>
    string Name { get; }

    /// <summary>The key it is registered under; null for the default cache.</summary>
    object? ServiceKey { get; }
}
