using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.Patterns;

/// <summary>How one value is cached, every setting decided.</summary>
internal sealed record EntryPolicy
{
    public required TimeSpan Expiration { get; init; }

    public TimeSpan? LocalExpiration { get; init; }

    public HybridCacheEntryFlags Flags { get; init; }

    public TimeSpan? NotFoundExpiration { get; init; }

    public double Jitter { get; init; }

    public TimeSpan FailSafe { get; init; }

    public TimeSpan? SoftTimeout { get; init; }

    public TimeSpan RetryDelay { get; init; }

    public double Beta { get; init; }

    public TimeSpan Lease { get; init; }

    public TimeSpan LeaseWait { get; init; }

    /// <summary>What holds where nobody says anything.</summary>
    public static EntryPolicy Default { get; } = new()
    {
        Expiration = TimeSpan.FromMinutes(5),
        RetryDelay = TimeSpan.FromSeconds(1),
        Lease = TimeSpan.FromSeconds(2),
        LeaseWait = TimeSpan.FromSeconds(10),
    };

    public bool ReadsLocal => (Flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0;

    public bool WritesLocal => (Flags & HybridCacheEntryFlags.DisableLocalCacheWrite) == 0;

    public bool ReadsNodes => (Flags & HybridCacheEntryFlags.DisableDistributedCacheRead) == 0;

    public bool WritesNodes => (Flags & HybridCacheEntryFlags.DisableDistributedCacheWrite) == 0;

    public bool Loads => (Flags & HybridCacheEntryFlags.DisableUnderlyingData) == 0;

    /// <summary>How long a value is kept; null: it is not.</summary>
    public TimeSpan? ExpirationOf(bool isNull) =>
        isNull && NotFoundExpiration is { } notFound ? notFound > TimeSpan.Zero ? notFound : null : Expiration;

    public EntryPolicy With(HybridCacheEntryOptions options) => this with
    {
        Expiration = Positive(options.Expiration, nameof(options.Expiration)) ?? Expiration,
        LocalExpiration = Positive(options.LocalCacheExpiration, nameof(options.LocalCacheExpiration)) ?? LocalExpiration,
        Flags = options.Flags ?? Flags,
    };

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public EntryPolicy With(ShardedHybridCacheEntryOptions options) => this with
    {
        Expiration = Positive(options.Expiration, nameof(options.Expiration)) ?? Expiration,
        LocalExpiration = Positive(options.LocalCacheExpiration, nameof(options.LocalCacheExpiration)) ?? LocalExpiration,
        Flags = options.Flags ?? Flags,
        NotFoundExpiration = NotNegative(options.NotFoundExpiration, nameof(options.NotFoundExpiration)) ?? NotFoundExpiration,
        Jitter = Within(options.ExpirationJitter, 0.5, nameof(options.ExpirationJitter)) ?? Jitter,
        FailSafe = NotNegative(options.FailSafeDuration, nameof(options.FailSafeDuration)) ?? FailSafe,
        SoftTimeout = Between(options.FailSafeSoftTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(options.FailSafeSoftTimeout)) ?? SoftTimeout,
        RetryDelay = NotNegative(options.FailSafeRetryDelay, nameof(options.FailSafeRetryDelay)) ?? RetryDelay,
        Beta = Within(options.EarlyRefreshBeta, 10, nameof(options.EarlyRefreshBeta)) ?? Beta,
        Lease = Between(options.LeaseDuration, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), nameof(options.LeaseDuration)) ?? Lease,
        LeaseWait = NotNegative(options.LeaseWait, nameof(options.LeaseWait)) ?? LeaseWait,
    };

    private static TimeSpan? Positive(TimeSpan? span, string option) =>
        span <= TimeSpan.Zero ? throw Unfit(option, span, "Give a time greater than zero") : span;

    private static TimeSpan? NotNegative(TimeSpan? span, string option) =>
        span < TimeSpan.Zero ? throw Unfit(option, span, "Give zero or a time greater than that") : span;

    private static TimeSpan? Between(TimeSpan? span, TimeSpan least, TimeSpan most, string option) =>
        span < least || span > most ? throw Unfit(option, span, $"Give {least} to {most}") : span;

    private static double? Within(double? number, double most, string option) =>
        number is { } given && !(given >= 0 && given <= most) ? throw Unfit(option, number, FormattableString.Invariant($"Give 0 to {most}")) : number;

    private static ArgumentException Unfit(string option, object? value, string remedy) =>
        new(FormattableString.Invariant($"{option} is {value}. {remedy}."));
}
