using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Entries;

/// <summary>
/// How long an entry lives, worked out once from the options and the clock: an absolute deadline, a sliding window, both
/// or neither. Where both are given as absolute, the time relative to now wins, as in Microsoft's caches.
/// </summary>
internal readonly record struct EntryLifetime(long? Deadline, long? Window)
{
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is not in the future.</exception>
    public static EntryLifetime Of(DistributedCacheEntryOptions options, TimeSpan? defaultLifetime, DateTimeOffset now)
    {
        if (options.AbsoluteExpiration <= now)
            throw NotInTheFuture(nameof(DistributedCacheEntryOptions.AbsoluteExpiration), options.AbsoluteExpiration);

        TimeSpan? relative = options.AbsoluteExpirationRelativeToNow;
        if (relative is null && options.AbsoluteExpiration is null && options.SlidingExpiration is null)
            relative = defaultLifetime;

        long? deadline = relative is { } span ? After(now, span) : options.AbsoluteExpiration is { } at ? CeilingMs(at) : null;
        long? window = options.SlidingExpiration is { } sliding ? CeilingMs(sliding) : null;
        return new EntryLifetime(deadline, window);
    }

    public static EntryLifetime Of(in EntryHeader header) => new(header.Deadline, header.Window);

    public bool IsOver(DateTimeOffset now) => Deadline is { } deadline && now.ToUnixTimeMilliseconds() >= deadline;

    /// <summary>
    /// How long a server keeps the entry from now on: the window, but no longer than the deadline allows; null: for ever.
    /// At least a millisecond, the servers' unit.
    /// </summary>
    public TimeSpan? TimeToLive(DateTimeOffset now)
    {
        long? left = Deadline is { } deadline ? Math.Max(1, deadline - now.ToUnixTimeMilliseconds()) : null;
        long? milliseconds = Window is { } window && !(left < window) ? window : left;
        return milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
    }

    // Name and message as Microsoft's caches have them, for apps and tests that look at them.
    private static ArgumentOutOfRangeException NotInTheFuture(string property, DateTimeOffset? value) =>
        new(property, value, "The absolute expiration value must be in the future.");

    // A deadline past the end of the calendar is no deadline.
    private static long? After(DateTimeOffset now, TimeSpan span) =>
        span > DateTimeOffset.MaxValue - now ? null : CeilingMs(now + span);

    // Rounded up: an entry never dies before the time it was promised.
    private static long CeilingMs(DateTimeOffset at) => Ceiling(at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks);

    private static long CeilingMs(TimeSpan span) => Ceiling(span.Ticks);

    private static long Ceiling(long ticks) =>
        (ticks / TimeSpan.TicksPerMillisecond) + (ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
}
