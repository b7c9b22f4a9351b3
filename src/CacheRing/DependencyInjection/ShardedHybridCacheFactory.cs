using CacheRing.Diagnostics;
using CacheRing.Invalidation;
using CacheRing.Patterns;
using CacheRing.Sharding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>Puts a hybrid cache together from its (validated) options and the sharded cache beneath it.</summary>
internal static class ShardedHybridCacheFactory
{
    public static ShardedHybridCache Create(IServiceProvider services, string name, object? serviceKey)
    {
        ShardedHybridCacheOptions options = services.GetRequiredService<IOptionsMonitor<ShardedHybridCacheOptions>>().Get(name);
        IShardedCache beneath = serviceKey is null
            ? services.GetRequiredService<IShardedCache>()
            : services.GetRequiredKeyedService<IShardedCache>(serviceKey);
        if (beneath is not ShardedCache cache)
        {
            throw new InvalidOperationException(
                $"The registered IShardedCache is a {beneath.GetType()}. AddShardedHybridCache needs the one that AddShardedCache registers: leases and tokens are none of IShardedCache's members. Decorate the HybridCache instead.");
        }

        ILogger logger = services.GetService<ILoggerFactory>() is { } loggers ? new SafeLogger(loggers.CreateLogger("CacheRing")) : NullLogger.Instance;
        LocalTier? local = options.LocalCache.IsEnabled ? new LocalTier(cache, options.LocalCache, logger) : null;
        if (local is not null && options.LocalCache.AllowWithoutInvalidation && !local.HearsMessages)
            LogEvents.LocalWithoutBus(logger, options.LocalCache.Expiration);
        return new CacheAside(new CacheAsideParts(
            cache,
            EntryPolicy.Default.With(options.DefaultEntryOptions),
            new ValueFormats(services, options.JsonSerializerOptions, serviceKey),
            local,
            new LoadMeter(cache.Meter),
            new ThrottledLogger(logger, cache.Time)));
    }
}
