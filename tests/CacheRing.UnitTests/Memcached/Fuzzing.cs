using System.Globalization;

namespace CacheRing.UnitTests.Memcached;

/// <summary>How long to look for what should not be there.</summary>
internal static class Fuzzing
{
    /// <summary><c>CACHERING_FUZZ_CASES</c>, where that is more.</summary>
    public static long Cases(long atLeast) =>
        long.TryParse(Environment.GetEnvironmentVariable("CACHERING_FUZZ_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out long cases)
            ? Math.Max(atLeast, cases)
            : atLeast;
}
