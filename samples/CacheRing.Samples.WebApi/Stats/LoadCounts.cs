using System.Diagnostics.Metrics;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Counts how often the database was asked, and how often it was not because the cache had the answer or another caller was asking.</summary>
internal sealed class LoadCounts(IMeterFactory meters) : CacheMetric(meters, "cachering.hybrid.requests")
{
    private long _loads;
    private long _spared;

    public LoadCount Now => new(Interlocked.Read(ref _loads), Interlocked.Read(ref _spared));

    protected override void Count(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Tag(tags, "cachering.outcome") is "loaded" or "refreshed" or "failed")
            Interlocked.Add(ref _loads, count);
        else
            Interlocked.Add(ref _spared, count);
    }
}

/// <summary>How many reads asked the database, and how many did not have to.</summary>
internal readonly record struct LoadCount(long Loads, long LoadsSpared);
