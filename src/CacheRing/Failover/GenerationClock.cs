namespace CacheRing.Failover;

/// <summary>
/// Makes generations: each later than any that this client has seen on any node, whatever the clocks of the machines say, and
/// (by its random bits) another than any that other clients make. Safe for any number of threads.
/// </summary>
internal sealed class GenerationClock
{
    private const int RandomBits = 16;

    private readonly TimeProvider _time;
    private ulong _highest;

    public GenerationClock(TimeProvider time)
    {
        _time = time;
    }

    public void Saw(ulong generation)
    {
        ulong highest = Volatile.Read(ref _highest);
        while (generation > highest)
        {
            ulong found = Interlocked.CompareExchange(ref _highest, generation, highest);
            if (found == highest)
                return;
            highest = found;
        }
    }

    public ulong Next()
    {
        ulong now = (ulong)Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds());
        ulong later = Math.Max(now, Volatile.Read(ref _highest) >> RandomBits) + 1;
#pragma warning disable CA5394 // No secret depends on it.
        ulong generation = (later << RandomBits) | (uint)Random.Shared.Next(1 << RandomBits);
#pragma warning restore CA5394
        Saw(generation);
        return generation;
    }
}
