using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace CacheRing.UnitTests.Diagnostics;

/// <summary>What is counted, under which names, and that no tag holds a key.</summary>
[TestFixture]
internal sealed class MetricTests
{
    [Test]
    public async Task Requests_are_counted_by_node_operation_and_outcome()
    {
        await using ServiceProvider services = Services(static options => options.AddMemoryNodes(1));
        using MetricCollector<long> requests = Collect(services, "cachering.requests");
        IShardedCache cache = services.Cache();

        await cache.GetAsync("secret-key");
        await cache.SetAsync("secret-key", [1], new());
        await cache.GetAsync("secret-key");
        await cache.RefreshAsync("secret-key");
        await cache.RemoveAsync("secret-key");
        await cache.SetManyAsync([new("a", [1]), new("b", [1])], new());
        await cache.GetManyAsync(["a", "b", "c"]);
        await cache.RemoveManyAsync(["a", "b"]);

        Dictionary<string, long> counts = requests.GetMeasurementSnapshot()
            .GroupBy(static measurement => $"{measurement.Tags["cachering.operation"]} {measurement.Tags["cachering.outcome"]}")
            .ToDictionary(static group => group.Key, static group => group.Sum(static measurement => measurement.Value));
        Assert.That(counts, Is.EquivalentTo(new Dictionary<string, long>
        {
            ["get miss"] = 2,
            ["get hit"] = 3,
            ["set ok"] = 3,
            ["refresh ok"] = 1,
            ["remove ok"] = 3,
        }));
        foreach (CollectedMeasurement<long> measurement in requests.GetMeasurementSnapshot())
        {
            Assert.That(measurement.Tags.Keys, Is.EquivalentTo(["cachering.cache", "cachering.node", "cachering.operation", "cachering.outcome"]));
            Assert.That(measurement.Tags["cachering.node"], Is.EqualTo("n0"));
        }
    }

    [Test]
    public async Task Failures_are_counted_by_kind()
    {
        await using ServiceProvider services = Services(static options =>
            options.Nodes.Add(new NodeOptions { Name = "dead", Endpoint = "redis://127.0.0.1:1" }));
        using MetricCollector<long> failures = Collect(services, "cachering.node.failures");
        using MetricCollector<long> requests = Collect(services, "cachering.requests");

        await services.Cache().GetAsync("a");
        await services.Cache().RemoveAsync("a");
        await services.Cache().GetManyAsync(["a", "b"]);

        // Of the attempts to reach it: a node that is out is not asked.
        Assert.That(failures.GetMeasurementSnapshot().Select(static measurement => measurement.Tags["cachering.failure"]), Is.All.EqualTo("unreachable"));
        Assert.That(failures.GetMeasurementSnapshot(), Is.Not.Empty);
        Assert.That(
            requests.GetMeasurementSnapshot().Select(static measurement => $"{measurement.Tags["cachering.operation"]} {measurement.Tags["cachering.outcome"]} {measurement.Value}"),
            Is.EqualTo(["get failed 1", "remove failed 1", "get failed 2"]));
    }

    private static ServiceProvider Services(Action<ShardedCacheOptions> configure) =>
        new ServiceCollection().AddMetrics().AddShardedCache(configure).Services.BuildServiceProvider();

    private static MetricCollector<long> Collect(ServiceProvider services, string instrument) =>
        new(services.GetRequiredService<IMeterFactory>(), CacheRingDiagnostics.MeterName, instrument);
}
