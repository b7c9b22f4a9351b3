using System.Collections.Concurrent;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Counts, for each node, the reads of its keys that did not ask the database: the cache had the answer, or another caller was asking.</summary>
internal sealed class SparedLoads
{
    private readonly ConcurrentDictionary<string, long> _nodes = new();

    public long Of(string node) => _nodes.GetValueOrDefault(node);

    public void Count(string node) => _nodes.AddOrUpdate(node, 1, static (_, count) => count + 1);
}
