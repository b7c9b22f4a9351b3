using System.Diagnostics.Metrics;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Ring;
using CacheRing.Sharding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly.Telemetry;

namespace CacheRing.DependencyInjection;

/// <summary>Puts a cache together from its (validated) options and what the container has: clock, logger, meters.</summary>
internal static class ShardedCacheFactory
{
    public static ShardedCache Create(IServiceProvider services, string name)
    {
        ShardedCacheOptions options = services.GetRequiredService<IOptionsMonitor<ShardedCacheOptions>>().Get(name);
        TimeProvider time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger logger = services.GetService<ILoggerFactory>() is { } loggers ? new SafeLogger(loggers.CreateLogger("CacheRing")) : NullLogger.Instance;
        CacheMeter meter = new(name, services.GetService<IMeterFactory>());

        RingMember[] members = RingMembers.Of(options);
        HashRing ring = HashRings.Create(options.Ring, options.InstanceName, members);
        GuardSettings guards = new(
            options.Failover,
            options.EntryFormat == EntryFormat.CacheRing,
            new GenerationClock(time),
            new OutageWatch(logger),
            new TelemetryOptions { LoggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance },
            time,
            logger);
        EntryCodec codec = new(options.EntryFormat, options.DefaultExpiration, time) { Stamps = guards.Stamps };
        ShardServices shared = new(codec, meter, guards);

        LogEvents.CacheStarted(
            logger,
            name.Length == 0 ? "The cache" : $"Cache '{name}'",
            ring.LiveCount,
            ring is JumpRing ? RingAlgorithm.Jump : RingAlgorithm.Ketama,
            ring.Fingerprint);
        if (options.EntryFormat == EntryFormat.Raw)
            LogEvents.RawHasNoGenerations(logger);
        return new ShardedCache(new ShardedCacheParts(
            ring,
            new KeyRouter(ring, options.Ring.HashInstanceName ? options.InstanceName : "", options.MaxKeyBytes),
            [.. options.Nodes.Select(node => NodeFactory.Create(node, options, time, logger))],
            shared,
            options.MaxValueBytes));
    }
}
