using System.Buffers.Binary;
using CacheRing.Entries;

namespace CacheRing.Sharding;

/// <summary>
/// The keys under which the caches above keep the times at which tags were invalidated: Microsoft's HybridCache under
/// <c>__MSFT_HCT__tag</c>, FusionCache 2 under <c>v2:__fc:t:tag</c>, perhaps with a prefix of its own before the <c>__fc</c>. A
/// miss there means "never", so that a false one would bring back what was invalidated: they are written to every node and
/// read from all.
/// </summary>
internal static class EverywhereKeys
{
    private const string Microsoft = "__MSFT_HCT__";
    private const string Fusion = "__fc:t:";

    public static bool Has(string key) => key[0] switch
    {
        '_' => key.StartsWith(Microsoft, StringComparison.Ordinal) || key.StartsWith(Fusion, StringComparison.Ordinal),

        // FusionCache puts the version of its format before the key: v2:
        'v' => key.Length > Fusion.Length && key[2] == ':' && key.Contains(Fusion, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>
    /// What grows from one invalidation to the next. Microsoft's value is the time itself, eight bytes little-endian. FusionCache's
    /// is in the app's own serialization; but each lives equally long, so that the later one expires later.
    /// </summary>
    /// <param name="key">Whose times they are.</param>
    /// <param name="stored">What is on the node.</param>
    /// <param name="value">The value in it.</param>
    public static long RankOf(string key, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith(Microsoft, StringComparison.Ordinal))
            return value.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(value) : long.MinValue;
        return EntryHeader.TryRead(stored, out EntryHeader header) ? header.Deadline ?? long.MinValue : long.MinValue;
    }
}
