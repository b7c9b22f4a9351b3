namespace CacheRing.Failover;

/// <summary>Times between attempts that grow, and in which many clients do not act in step.</summary>
internal static class Backoff
{
    private const int MostDoublings = 30;
    private const double Jitter = 0.25;

    /// <summary>The shortest time, doubled for each attempt that failed, no longer than the longest; a quarter more or less.</summary>
    public static TimeSpan After(int attempts, TimeSpan shortest, TimeSpan longest)
    {
        double pause = Math.Min(longest.TotalMilliseconds, shortest.TotalMilliseconds * Math.Pow(2, Math.Clamp(attempts, 0, MostDoublings)));
#pragma warning disable CA5394 // No secret depends on it.
        return TimeSpan.FromMilliseconds(pause * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble())));
#pragma warning restore CA5394
    }
}
