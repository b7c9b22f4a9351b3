using CacheRing.IntegrationTests.Hybrid;
using CacheRing.IntegrationTests.Through;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>One instance of an app that writes behind.</summary>
public sealed class BehindApp : IAsyncDisposable
{
    private readonly HybridApp _app;

    private BehindApp(HybridApp app)
    {
        _app = app;
        Cache = app.App.Services.GetRequiredService<IWriteBehindCache<int, string>>();
    }

    public IWriteBehindCache<int, string> Cache { get; }

    public IShardedCache Nodes => _app.Cache;

    public static async Task<BehindApp> StartAsync(
        IEnumerable<string> endpoints, TestDatabase database, Action<WriteBehindOptions>? behind = null, Action<ShardedCacheOptions>? configure = null) =>
        await new BehindApp(await HybridApp.StartAsync(endpoints, null, configure, services =>
        {
            services.AddSingleton(database);
            new HybridApp.Builder(services).AddWriteBehind<int, string, TestStore>("rows", behind);
        })).StartAsync();

    /// <summary>Ends it as its host would.</summary>
    public Task StopAsync() => Task.WhenAll(Services.Select(static service => service.StopAsync(default)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<IHostedService> Services => _app.App.Services.GetServices<IHostedService>();

    private async Task<BehindApp> StartAsync()
    {
        foreach (IHostedService service in Services)
            await service.StartAsync(default);
        return this;
    }
}
