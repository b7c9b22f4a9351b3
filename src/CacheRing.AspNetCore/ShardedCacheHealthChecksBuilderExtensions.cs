using CacheRing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the health check of a sharded cache.</summary>
public static class ShardedCacheHealthChecksBuilderExtensions
{
    /// <summary>The lag of a write-behind cache beyond which it is degraded, where none is given: a minute.</summary>
    public static readonly TimeSpan DefaultMaxLag = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Adds a check of a sharded cache: its nodes, and the write-behind caches over it. It asks no server and never waits, so that it
    /// costs nothing to be asked often. While some nodes do not serve, or a write-behind cache lags, it is
    /// <see cref="HealthStatus.Degraded"/>; while none serves, or a store takes no writes, what <paramref name="failureStatus"/> says.
    /// </summary>
    /// <param name="builder">As <c>AddHealthChecks</c> returned it.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="serviceKey">The key of the cache, as <c>AddKeyedShardedCache</c> was given it; null for the default cache.</param>
    /// <param name="failureStatus">
    /// While nothing is left. <see cref="HealthStatus.Degraded"/> by default, which keeps an instance in its load balancer: without
    /// its cache an app still answers, and all instances lose it at once.
    /// </param>
    /// <param name="tags">To tell checks apart; null: none.</param>
    /// <param name="maxLag">How long a write may wait for its store before that is reported; null: <see cref="DefaultMaxLag"/>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLag"/> is not more than zero.</exception>
    public static IHealthChecksBuilder AddShardedCache(
        this IHealthChecksBuilder builder,
        string name = "cachering",
        object? serviceKey = null,
        HealthStatus failureStatus = HealthStatus.Degraded,
        IEnumerable<string>? tags = null,
        TimeSpan? maxLag = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TimeSpan most = maxLag ?? DefaultMaxLag;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(most, TimeSpan.Zero, nameof(maxLag));
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new ShardedCacheHealthCheck(
                serviceKey is null ? services.GetRequiredService<IShardedCache>() : services.GetRequiredKeyedService<IShardedCache>(serviceKey),
                serviceKey is null ? services.GetServices<IWriteBehindCache>() : services.GetKeyedServices<IWriteBehindCache>(serviceKey),
                most),
            failureStatus,
            tags));
    }
}
