using CacheRing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.DependencyInjection;

/// <summary>
/// What finds and loads beneath the read-through, write-through and write-behind caches: the hybrid cache of the same sharded
/// cache, where there is one, so that they share its local cache; else one without a local cache.
/// </summary>
internal sealed class PatternAsides(IServiceProvider services) : IDisposable
{
    private static readonly object Unkeyed = new();

    private readonly Dictionary<object, CacheAside> _own = [];
    private readonly Lock _gate = new();

    /// <exception cref="InvalidOperationException">The cache beneath is none of AddShardedCache, or keeps raw entries.</exception>
    public CacheAside Of(string cacheName, object? serviceKey)
    {
        ShardedHybridCache? registered = serviceKey is null ? services.GetService<ShardedHybridCache>() : services.GetKeyedService<ShardedHybridCache>(serviceKey);
        if (registered is CacheAside shared)
            return shared;
        lock (_gate)
        {
            if (!_own.TryGetValue(serviceKey ?? Unkeyed, out CacheAside? own))
                _own.Add(serviceKey ?? Unkeyed, own = (CacheAside)ShardedHybridCacheFactory.Create(services, cacheName, serviceKey));
            return own;
        }
    }

    public void Dispose()
    {
        foreach (CacheAside own in _own.Values)
            own.Dispose();
    }
}
