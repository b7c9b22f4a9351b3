namespace CacheRing.Redis;

/// <summary>How long a Redis node may take: see <see cref="FailoverOptions"/>.</summary>
internal readonly record struct RedisTimings(TimeSpan Operation, TimeSpan Connect, TimeSpan Reconnect)
{
    /// <summary>Time-outs are looked for on this beat, so it bounds how late one is noticed.</summary>
    public static TimeSpan Heartbeat => TimeSpan.FromMilliseconds(50);

    /// <summary>How long a call waits for the very first attempt to connect.</summary>
    public TimeSpan FirstConnect => 2 * Connect;
}
