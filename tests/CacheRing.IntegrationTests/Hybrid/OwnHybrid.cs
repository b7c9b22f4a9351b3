using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>CacheRing's implementation, over redis-server processes.</summary>
internal sealed class OwnHybrid : HybridImplementation
{
    private const string Instance = "app:";
    private readonly RedisFleet _servers;
    private readonly bool _isLocal;

    private OwnHybrid(RedisFleet servers, bool isLocal)
    {
        _servers = servers;
        _isLocal = isLocal;
    }

    public override bool HasLocalCache => _isLocal;

    public static async Task<HybridImplementation> StartAsync() => new OwnHybrid(await RedisFleet.StartAsync(2), isLocal: false);

    public static async Task<HybridImplementation> StartLocalAsync() => new OwnHybrid(await RedisFleet.StartAsync(2), isLocal: true);

    public override void Register(IServiceCollection services, HybridLimits limits) =>
        services.AddShardedCache(options =>
        {
            Configure(options);
            options.MaxKeyBytes = limits.LongestKey ?? options.MaxKeyBytes;
            options.MaxValueBytes = limits.LargestValue ?? options.MaxValueBytes;
        }).AddShardedHybridCache(options =>
        {
            options.LocalCache.IsEnabled = _isLocal;
            options.DefaultEntryOptions = new()
            {
                Expiration = limits.Defaults?.Expiration,
                LocalCacheExpiration = limits.Defaults?.LocalCacheExpiration,
                Flags = limits.Defaults?.Flags,
            };
        });

    public override void RegisterKeyed(IServiceCollection services, object key) =>
        services.AddKeyedShardedCache(key, options =>
        {
            Configure(options);
            options.InstanceName = $"{key}:";
        }).AddShardedHybridCache();

    public override void RegisterAlone(IServiceCollection services) =>
        services.AddShardedCache(static options => options.Nodes.Add(new() { Name = "n", Endpoint = "memory://" })).AddShardedHybridCache();

    public override async Task<bool> IsStoredAsync(string key)
    {
        string[] answers = await Task.WhenAll(_servers.Select(server => server.ExecuteAsync("EXISTS", Instance + key)));
        return answers.Contains("1");
    }

    public override Task EvictAsync(string key) => Task.WhenAll(_servers.Select(server => server.ExecuteAsync("DEL", Instance + key)));

    public override IEnumerable<string> ProbeKeys(IServiceProvider services)
    {
        IShardedCache cache = services.GetRequiredService<IShardedCache>();
        return Enumerable.Range(0, 1000).Select(static i => $"probe-{i}").DistinctBy(key => cache.Locate(key).Owner).Take(_servers.Count);
    }

    public override ValueTask DisposeAsync() => _servers.DisposeAsync();

    private void Configure(ShardedCacheOptions options)
    {
        options.InstanceName = Instance;

        // A machine that has no time for a test is no node that is down.
        options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
        options.Failover.ConnectTimeout = TimeSpan.FromSeconds(10);
        foreach (string endpoint in _servers.Endpoints)
            options.Nodes.Add(new() { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
    }
}
