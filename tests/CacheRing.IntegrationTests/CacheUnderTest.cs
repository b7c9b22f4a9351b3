using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.IntegrationTests;

/// <summary>A cache as an app registers it, with all it logs.</summary>
public sealed class CacheUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public CacheUnderTest(Action<ShardedCacheOptions> configure, Action<IServiceCollection>? add = null)
    {
        ServiceCollection services = new();
        services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(Log)));
        services.AddMetrics();
        services.AddShardedCache(configure);
        add?.Invoke(services);
        _services = services.BuildServiceProvider();
        Cache = _services.GetRequiredService<IShardedCache>();
    }

    public IShardedCache Cache { get; }

    public IServiceProvider Services => _services;

    public FakeLogCollector Log { get; } = new();

    /// <summary>A cache over the endpoints, named node-0, node-1 and so on.</summary>
    public static CacheUnderTest Over(
        IEnumerable<string> endpoints, Action<ShardedCacheOptions>? configure = null, Action<IServiceCollection>? add = null) =>
        new(
            options =>
            {
                foreach (string endpoint in endpoints)
                    options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
                configure?.Invoke(options);
            },
            add);

    /// <summary>Keys that a node owns.</summary>
    public string[] KeysOf(int node, int count) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(static i => $"key-{i}").Where(key => Cache.Locate(key).Owner == $"node-{node}").Take(count)];

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
