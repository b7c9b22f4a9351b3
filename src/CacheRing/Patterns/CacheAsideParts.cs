using CacheRing.Diagnostics;
using CacheRing.Invalidation;
using CacheRing.Sharding;
using CacheRing.Stampede;
using Microsoft.Extensions.Logging;

namespace CacheRing.Patterns;

/// <summary>What a <see cref="CacheAside"/> and its flights are put together from.</summary>
internal sealed record CacheAsideParts(
    ShardedCache Cache, EntryPolicy Policy, ValueFormats Formats, LocalTier? Local, LoadMeter Meter, ILogger Logger)
{
    public FlightTable Flights { get; } = new();

    public EverythingBoard Everything { get; } = new();

    /// <summary>Keys whose last load has failed.</summary>
    public RestingKeys Resting { get; } = new(Cache.Time);

    /// <summary>Keys that are being refreshed.</summary>
    public RestingKeys Refreshing { get; } = new(Cache.Time);

    public TimeProvider Time => Cache.Time;

    /// <summary>Cancelled when the cache is disposed of.</summary>
    public CancellationTokenSource Disposing { get; } = new();
}
