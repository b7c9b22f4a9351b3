namespace CacheRing.Stampede;

/// <summary>
/// Whether a value that is still good is to be loaded anew already: rarely long before its end, the likelier the nearer and the
/// longer a load takes, so that one reader of many does it before all miss at once. XFetch, of Vattani, Chierichetti and
/// Lowenstein, Optimal Probabilistic Cache Stampede Prevention (2015).
/// </summary>
internal static class EarlyRefresh
{
    // What Random.NextDouble gives is a multiple of this; ln 0 would be for ever.
    private const double SmallestRandom = 1.0 / (1L << 53);

    /// <param name="nowMs">The time.</param>
    /// <param name="expiryMs">When the value ends; it is due then in any case.</param>
    /// <param name="loadMs">How long its load took.</param>
    /// <param name="beta">1: as the paper has it; more: earlier; 0: never early.</param>
    /// <param name="random">Evenly drawn from (0, 1], or [0, 1).</param>
    public static bool IsDue(long nowMs, long expiryMs, int loadMs, double beta, double random) =>
        expiryMs - nowMs <= Gap(loadMs, beta, random);

    /// <summary>
    /// A time before which it is not due, whatever <see cref="Random.NextDouble"/> gives: until then a hit costs a comparison.
    /// </summary>
    public static long WindowStart(long expiryMs, int loadMs, double beta) =>
        expiryMs - (long)Math.Ceiling(Gap(loadMs, beta, SmallestRandom));

    private static double Gap(int loadMs, double beta, double random) =>
        loadMs * beta * -Math.Log(Math.Max(random, SmallestRandom));
}
