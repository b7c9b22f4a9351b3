namespace CacheRing.Sharding;

/// <summary>
/// The keys under which Microsoft's HybridCache keeps the times at which tags were invalidated. A miss there means "never", so
/// that a false one would bring back what was invalidated: they are written to every node and read from all.
/// </summary>
internal static class EverywhereKeys
{
    private const string Prefix = "__MSFT_HCT__";

    public static bool Has(string key) => key[0] == Prefix[0] && key.StartsWith(Prefix, StringComparison.Ordinal);
}
