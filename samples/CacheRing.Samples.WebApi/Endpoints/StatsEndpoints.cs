using CacheRing.Samples.WebApi.Stats;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>How the nodes are, and what the cache has been good for since the app started. Asks no server.</summary>
internal static class StatsEndpoints
{
    public static void MapStats(this IEndpointRouteBuilder app) => app.MapGet("/stats", Read);

    private static JsonHttpResult<StatsAnswer> Read(IShardedCache cache, ReadCounts reads, LoadCounts loads, SparedLoads spared, HealthLog log)
    {
        NodeStats[] nodes = [.. cache.GetNodes().Select(node => new NodeStats(
            node.Name,
            node.Health,
            node.QueuedKeys,
            node.LastFailure?.Kind,
            reads.Of(node.Name),
            spared.Of(node.Name)))];
        ReadCount total = nodes.Aggregate(default(ReadCount), static (sum, node) => sum + node.Reads);
        return TypedResults.Json(new StatsAnswer(nodes, total, loads.Now, log.Latest()), StatsJson.Default.StatsAnswer);
    }
}
