namespace CacheRing.Stampede;

/// <summary>
/// Lets values that were written together end apart, so that they are not all loaded together again. A lifetime becomes shorter
/// by a random share, never longer than was asked for.
/// </summary>
internal static class ExpiryJitter
{
    public const double MostFraction = 0.5;

    /// <param name="lifetime">What was asked for.</param>
    /// <param name="fraction">Up to which share of it is taken off, 0 to 0.5.</param>
    /// <param name="random">Evenly drawn from [0, 1).</param>
    public static TimeSpan Shorten(TimeSpan lifetime, double fraction, double random) =>
        lifetime - TimeSpan.FromTicks((long)(lifetime.Ticks * fraction * random));
}
