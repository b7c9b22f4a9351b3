using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing;

/// <summary>
/// How one value is cached. Null means: as <see cref="ShardedHybridCacheOptions.DefaultEntryOptions"/> say, and there: the
/// default named here. Immutable; keep one object for all calls that share it.
/// </summary>
public sealed class ShardedHybridCacheEntryOptions
{
    /// <summary>How long a value is fresh. Default: 5 minutes; greater than zero.</summary>
    public TimeSpan? Expiration { get; init; }

    /// <summary>
    /// How long the local cache keeps a value, where there is one; never longer than it is fresh. Default:
    /// <see cref="LocalCacheOptions.Expiration"/>; greater than zero.
    /// </summary>
    public TimeSpan? LocalCacheExpiration { get; init; }

    /// <summary>What of the cache is used. Default: all.</summary>
    public HybridCacheEntryFlags? Flags { get; init; }

    /// <summary>
    /// How long it is remembered that there is no value (the factory gave null). Default: as long as a value;
    /// <see cref="TimeSpan.Zero"/>: not at all.
    /// </summary>
    public TimeSpan? NotFoundExpiration { get; init; }

    /// <summary>
    /// By how much of its <see cref="Expiration"/> an entry's life may be cut at random, so that entries that were stored
    /// together do not end together. Default: 0; range: 0 to 0.5. It never prolongs.
    /// </summary>
    public double? ExpirationJitter { get; init; }

    /// <summary>
    /// How long a value is kept after it has expired, to be given out when a load fails (fail-safe). Default:
    /// <see cref="TimeSpan.Zero"/>, which is off.
    /// </summary>
    public TimeSpan? FailSafeDuration { get; init; }

    /// <summary>
    /// After which time a caller is given an expired value, if there is one, while the load goes on and fills the cache when it
    /// ends. Default: none, callers wait; range: 0 to 1 day. Needs <see cref="FailSafeDuration"/>.
    /// </summary>
    public TimeSpan? FailSafeSoftTimeout { get; init; }

    /// <summary>
    /// For how long after a failed load this process gives out the expired value without trying again. Default: 1 second.
    /// </summary>
    public TimeSpan? FailSafeRetryDelay { get; init; }

    /// <summary>
    /// How eagerly a value that is much read is loaded anew before it expires: 1 is the optimum of Vattani, Chierichetti and
    /// Lowenstein (Optimal Probabilistic Cache Stampede Prevention, VLDB 2015), more is earlier. Default: 0, which is never;
    /// range: 0 to 10. The load runs in the background, after the call that began it has returned: the factory must not use
    /// what ends with the call.
    /// </summary>
    public double? EarlyRefreshBeta { get; init; }

    /// <summary>
    /// For how long a process has the right to load a key when it does not renew it. It renews it while the load runs, so that
    /// this is no limit for the load, but for how long others wait when the process dies. Default: 2 seconds; range: 100 ms to
    /// 1 minute. Give the same to all calls for a key.
    /// </summary>
    public TimeSpan? LeaseDuration { get; init; }

    /// <summary>
    /// For how long a caller waits for another process's load before it loads for itself. Default: 10 seconds.
    /// <see cref="TimeSpan.Zero"/>: processes do not wait for each other.
    /// </summary>
    public TimeSpan? LeaseWait { get; init; }
}
