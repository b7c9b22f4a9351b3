using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Entries;

/// <summary>
/// How long an entry lives, worked out once from the options and the clock: an absolute deadline, a sliding window, both
/// or neither. Where both are given as absolute, the time relative to now wins, as in Microsoft's caches.
/// </summary>
internal readonly record struct EntryLifetime(long? Deadline, long? Window)
{
    /// <param name="options">What the caller asked for.</param>
    /// <param name="defaultLifetime">What holds where the caller asked for nothing.</param>
    /// <param name="now">The moment of the write.</param>
    /// <param name="timeToLive">How long the server is to keep the entry; null: for ever.</param>
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is not in the future.</exception>
    public static EntryLifetime Of(
        DistributedCacheEntryOptions options, TimeSpan? defaultLifetime, DateTimeOffset now, out TimeSpan? timeToLive)
    {
        if (options.AbsoluteExpiration <= now)
            throw NotInTheFuture(nameof(DistributedCacheEntryOptions.AbsoluteExpiration), options.AbsoluteExpiration);

        TimeSpan? left = options.AbsoluteExpirationRelativeToNow ?? (options.AbsoluteExpiration - now);
        if (left is null && options.SlidingExpiration is null)
            left = defaultLifetime;

        // What ends past the end of the calendar does not end.
        left = Bounded(left, now);
        TimeSpan? sliding = Bounded(options.SlidingExpiration, now);
        timeToLive = Shorter(left, sliding) is { } shorter ? TimeSpan.FromMilliseconds(CeilingMs(shorter)) : null;
        return new EntryLifetime(
            left is { } span ? CeilingMs(now + span - DateTimeOffset.UnixEpoch) : null,
            sliding is { } window ? CeilingMs(window) : null);
    }

    public static EntryLifetime Of(in EntryHeader header) => new(header.Deadline, header.Window);

    public bool IsOver(DateTimeOffset now) => Deadline is { } deadline && now.ToUnixTimeMilliseconds() >= deadline;

    /// <summary>
    /// How long a server keeps the entry from now on: the window, but no longer than the deadline allows; null: for ever.
    /// At least a millisecond, the servers' unit.
    /// </summary>
    public TimeSpan? TimeToLive(DateTimeOffset now)
    {
        TimeSpan? left = Deadline is { } deadline
            ? TimeSpan.FromMilliseconds(Math.Max(1, (long)(deadline - (now - DateTimeOffset.UnixEpoch).TotalMilliseconds)))
            : null;
        return Shorter(left, Window is { } window ? TimeSpan.FromMilliseconds(window) : null);
    }

    private static TimeSpan? Bounded(TimeSpan? span, DateTimeOffset now) => span > DateTimeOffset.MaxValue - now ? null : span;

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    // Name and message as Microsoft's caches have them, for apps and tests that look at them.
    private static ArgumentOutOfRangeException NotInTheFuture(string property, DateTimeOffset? value) =>
        new(property, value, "The absolute expiration value must be in the future.");

    // Rounded up: an entry never dies before the time it was promised.
    private static long CeilingMs(TimeSpan span) =>
        (span.Ticks / TimeSpan.TicksPerMillisecond) + (span.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
}
