namespace CacheRing.Entries;

/// <summary>
/// Gives each write and each placeholder a stamp of its own, by which what is under a key is told from what was there before:
/// a random beginning for each client, then one after the other. Never 0. Safe for any number of threads.
/// </summary>
internal sealed class StampSource
{
    private long _last;

    public StampSource()
    {
        Span<byte> random = stackalloc byte[sizeof(long)];
#pragma warning disable CA5394 // No secret depends on it.
        Random.Shared.NextBytes(random);
#pragma warning restore CA5394
        _last = BitConverter.ToInt64(random);
    }

    /// <param name="last">The stamp before the first; for tests.</param>
    public StampSource(ulong last)
    {
        _last = (long)last;
    }

    /// <summary>The latest that was given out.</summary>
    public ulong Last => (ulong)Volatile.Read(ref _last);

    public ulong Next()
    {
        ulong stamp = (ulong)Interlocked.Increment(ref _last);
        return stamp != 0 ? stamp : (ulong)Interlocked.Increment(ref _last);
    }
}
