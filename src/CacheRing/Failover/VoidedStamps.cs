namespace CacheRing.Failover;

/// <summary>
/// Stamps whose entries nobody may read: those of writes that had no answer when their connection was lost, and that may land
/// at any time. A short list of ranges; when it is full the two nearest become one, which voids what is between them as well:
/// too many misses are no fault, one stale read is. Immutable.
/// </summary>
internal sealed class VoidedStamps
{
    /// <summary>How many ranges there are at most.</summary>
    public const int Most = 32;

    public static readonly VoidedStamps None = new([]);

    // By their beginnings.
    private readonly StampRange[] _ranges;

    private VoidedStamps(StampRange[] ranges)
    {
        _ranges = ranges;
    }

    public ReadOnlySpan<StampRange> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    public static VoidedStamps From(ReadOnlySpan<StampRange> ranges) => ranges.IsEmpty ? None : new VoidedStamps(Simplify(ranges.ToArray()));

    public bool Contains(ulong stamp)
    {
        foreach (StampRange range in _ranges)
        {
            if (range.Contains(stamp))
                return true;
        }

        return false;
    }

    public VoidedStamps With(StampRange range) => From([.. _ranges, range]);

    private static StampRange[] Simplify(StampRange[] ranges)
    {
        Array.Sort(ranges, static (one, other) => one.First.CompareTo(other.First));
        List<StampRange> simple = [ranges[0]];
        foreach (StampRange range in ranges.AsSpan(1))
        {
            StampRange last = simple[^1];
            if (last.Contains(range.First) || last.Last + 1 == range.First)
                simple[^1] = last.Merge(range);
            else
                simple.Add(range);
        }

        while (simple.Count > Most)
        {
            int nearest = 0;
            for (int i = 1; i < simple.Count - 1; i++)
            {
                if (GapAfter(simple, i) < GapAfter(simple, nearest))
                    nearest = i;
            }

            simple[nearest] = simple[nearest].Merge(simple[nearest + 1]);
            simple.RemoveAt(nearest + 1);
        }

        return [.. simple];
    }

    private static ulong GapAfter(List<StampRange> ranges, int index) => ranges[index + 1].First - ranges[index].Last;
}
