using CacheRing.IntegrationTests.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Through;

/// <summary>One instance of an app whose cache hides the database.</summary>
public sealed class ThroughApp : IAsyncDisposable
{
    private readonly HybridApp _app;

    private ThroughApp(HybridApp app)
    {
        _app = app;
        Cache = app.App.Services.GetRequiredService<IWriteThroughCache<int, string>>();
    }

    public IWriteThroughCache<int, string> Cache { get; }

    public IShardedCache Nodes => _app.Cache;

    public static async Task<ThroughApp> StartAsync(
        IEnumerable<string> endpoints, TestDatabase database, Action<WriteThroughOptions>? through = null, Action<ShardedCacheOptions>? configure = null) =>
        new(await HybridApp.StartAsync(endpoints, null, configure, services =>
        {
            services.AddSingleton(database);
            new HybridApp.Builder(services).AddWriteThrough<int, string, TestStore>("rows", through);
        }));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
