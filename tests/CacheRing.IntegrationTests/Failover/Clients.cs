using CacheRing.Testing;
using Microsoft.Extensions.Logging;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>What the tests of failover ask of a cache again and again.</summary>
internal static class Clients
{
    /// <summary>Waits until every node serves this client and has carried out all that it missed.</summary>
    public static Task SettledAsync(this CacheUnderTest app) => Poll.UntilAsync(
        () => app.Cache.GetNodes().All(static node => node is { Health: NodeHealth.Healthy, QueuedKeys: 0 }), "all nodes to serve");

    public static Task BecomesAsync(this CacheUnderTest app, int node, params NodeHealth[] health) => Poll.UntilAsync(
        () => health.Contains(app.Cache.GetNodes()[node].Health), $"node {node} to become {string.Join(" or ", health)}");

    /// <summary>Makes calls to a node until it has been given up.</summary>
    public static Task EjectedAsync(this CacheUnderTest app, int node, string key) => Poll.UntilAsync(
        async () =>
        {
            await app.Cache.GetAsync(key);
            return app.Cache.GetNodes()[node].Health is NodeHealth.Ejected or NodeHealth.Probing;
        },
        $"node {node} to be given up");

    public static string[] Logged(this CacheUnderTest app, int id) =>
        [.. app.Log.GetSnapshot().Where(record => record.Category == "CacheRing" && record.Id.Id == id).Select(static record => record.Message)];

    public static LogLevel LevelOf(this CacheUnderTest app, int id) =>
        app.Log.GetSnapshot().First(record => record.Category == "CacheRing" && record.Id.Id == id).Level;
}
