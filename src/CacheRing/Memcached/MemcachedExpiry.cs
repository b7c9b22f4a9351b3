namespace CacheRing.Memcached;

/// <summary>
/// Times to live as memcached takes them: whole seconds, 0 for ever, and beyond 30 days the second of the calendar at which
/// to end.
/// <para>
/// The server's clock ticks once a second, and an item of one second may end with the next tick. Where the entry's header
/// holds the exact deadline, the server is therefore given a second more, so that no entry ends before its time. Without a
/// header (<see cref="EntryFormat.Raw"/>) the server's word is the only one, and an entry must not outlive it: it gets what
/// was asked for, rounded up to a second, and may end up to a second early.
/// </para>
/// </summary>
internal sealed class MemcachedExpiry
{
    public const int Never = 0;

    private const long LongestRelative = 60 * 60 * 24 * 30;

    private readonly int _spare;
    private readonly TimeProvider _time;

    public MemcachedExpiry(EntryFormat format, TimeProvider time)
    {
        _spare = format == EntryFormat.Raw ? 0 : 1;
        _time = time;
    }

    /// <summary>
    /// Of a placeholder: at least what was asked for, with the second that the next tick takes off, or a holder that renews it
    /// in time would lose it all the same. Who waits does not wait for the rest: a lease that is not renewed keeps its token.
    /// </summary>
    public static int OfLease(TimeSpan lease) => (int)Math.Min(InSeconds(lease) + 1, LongestRelative);

    public int Of(TimeSpan? timeToLive)
    {
        if (timeToLive is not { } span)
            return Never;
        long seconds = InSeconds(span) + _spare;
        if (seconds <= LongestRelative)
            return (int)seconds;

        // The server's numbers end in January 2038.
        return (int)Math.Min(int.MaxValue, _time.GetUtcNow().ToUnixTimeSeconds() + seconds);
    }

    private static long InSeconds(TimeSpan span) => Math.Max(1, (long)Math.Ceiling(span.TotalSeconds));
}
