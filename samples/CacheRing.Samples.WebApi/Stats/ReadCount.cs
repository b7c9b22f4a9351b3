namespace CacheRing.Samples.WebApi.Stats;

/// <summary>How many reads found their key, found nothing, and were not answered by the node, which costs as much as a miss.</summary>
internal readonly record struct ReadCount(long Hits, long Misses, long Failed)
{
    /// <summary>The share of hits; null before the first read.</summary>
    public double? HitRate => Hits + Misses + Failed is > 0 and var all ? Math.Round((double)Hits / all, 4) : null;

    public static ReadCount operator +(ReadCount left, ReadCount right) =>
        new(left.Hits + right.Hits, left.Misses + right.Misses, left.Failed + right.Failed);
}
