using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// How many MD5 digests, of four points each, a server has in each foreign ketama. They all mean 40 for a server of mean
/// weight, and differ in the rounding: the casts force the binary32 of the C and Java code where the runtime would be free
/// to keep more, as a single digest more or less sends keys elsewhere.
/// </summary>
internal static class PointGroups
{
    private const int PerServer = 40;
    private const float PointsPerServer = PerServer * Md5Points.PerDigest;

    /// <summary>libmemcached 1.1.4 and twemproxy 0.5: every step in float (7 of 25 on five servers makes one fewer).</summary>
    public static int InFloat(int weight, int totalWeight, int servers)
    {
        float share = (float)((float)weight / (float)totalWeight);
        float points = (float)(share * PointsPerServer);
        float digests = (float)((float)(points / Md5Points.PerDigest) * (float)servers);
        return (int)MathF.Floor(digests);
    }

    /// <summary>libketama: the share in float, the product in double, the floor of it in float again.</summary>
    public static int InFloatAndDouble(int weight, int totalWeight, int servers)
    {
        float share = (float)((float)weight / (float)totalWeight);
        return (int)MathF.Floor((float)((double)share * PerServer * servers));
    }

    /// <summary>uhashring 2.1: integers.</summary>
    public static int InIntegers(int weight, int totalWeight, int servers) => PerServer * servers * weight / totalWeight;

    /// <summary>spymemcached 2.12.3: 40 without weights, which all of 1 stand for, else as in libmemcached.</summary>
    public static int WithoutWeightsForty(int weight, int totalWeight, int servers) =>
        totalWeight == servers ? PerServer : InFloat(weight, totalWeight, servers);
}
