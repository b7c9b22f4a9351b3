using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Counts the reads of each node.</summary>
internal sealed class ReadCounts(IMeterFactory meters) : CacheMetric(meters, "cachering.requests")
{
    private readonly ConcurrentDictionary<string, ReadCount> _nodes = new();

    public ReadCount Of(string node) => _nodes.GetValueOrDefault(node);

    protected override void Count(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Tag(tags, "cachering.operation") != "get")
            return;

        ReadCount more = Tag(tags, "cachering.outcome") switch
        {
            "hit" => new ReadCount(count, 0, 0),
            "miss" => new ReadCount(0, count, 0),
            _ => new ReadCount(0, 0, count),
        };
        _nodes.AddOrUpdate(Tag(tags, "cachering.node"), static (_, more) => more, static (_, sum, more) => sum + more, more);
    }
}
