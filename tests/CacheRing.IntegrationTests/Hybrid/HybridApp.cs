using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>An app (or one of its instances) that uses the hybrid cache over the servers of a test.</summary>
public sealed class HybridApp : IAsyncDisposable
{
    private readonly CacheUnderTest _app;

    public HybridApp(
        IEnumerable<string> endpoints,
        Action<ShardedHybridCacheOptions>? hybrid = null,
        Action<ShardedCacheOptions>? configure = null,
        Action<IServiceCollection>? add = null)
    {
        ShardedCacheOptions? beneath = null;
        _app = new CacheUnderTest(
            options =>
            {
                beneath = options;
                options.InstanceName = "app:";

                // A machine that has no time for a test is no node that is down.
                options.Failover.OperationTimeout = TimeSpan.FromSeconds(2);
                options.Failover.ConnectTimeout = TimeSpan.FromSeconds(2);
                foreach (string endpoint in endpoints)
                    options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
                configure?.Invoke(options);
            },
            services =>
            {
                new Builder(services).AddShardedHybridCache(hybrid);
                add?.Invoke(services);
            });
        Hybrid = _app.Services.GetRequiredService<ShardedHybridCache>();
    }

    public ShardedHybridCache Hybrid { get; }

    public CacheUnderTest App => _app;

    public IShardedCache Cache => _app.Cache;

    /// <summary>An app whose nodes are all in use.</summary>
    public static async Task<HybridApp> StartAsync(
        IEnumerable<string> endpoints,
        Action<ShardedHybridCacheOptions>? hybrid = null,
        Action<ShardedCacheOptions>? configure = null,
        Action<IServiceCollection>? add = null)
    {
        HybridApp app = new(endpoints, hybrid, configure, add);
        await app.ReadyAsync();
        return app;
    }

    /// <summary>Waits until all nodes are in use.</summary>
    public Task ReadyAsync() =>
        Poll.UntilAsync(() => Cache.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "all nodes to be in use");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>What AddShardedCache has returned for the default cache.</summary>
    public sealed class Builder(IServiceCollection services) : IShardedCacheBuilder
    {
        public IServiceCollection Services => services;

        public string Name => "";

        public object? ServiceKey => null;
    }
}
