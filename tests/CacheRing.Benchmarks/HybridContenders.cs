using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace CacheRing.Benchmarks;

/// <summary>Our hybrid cache and its peers, each with one node, and each over the same server: theirs through RedisCache.</summary>
internal sealed class HybridContenders : IAsyncDisposable
{
    private static readonly HybridCacheEntryOptions NodesOnly = new() { Flags = HybridCacheEntryFlags.DisableLocalCache, Expiration = TimeSpan.FromHours(1) };
    private static readonly FusionCacheEntryOptions FusionNodesOnly = new FusionCacheEntryOptions(TimeSpan.FromHours(1)).SetSkipMemoryCache();
    private readonly ServiceProvider _own;
    private readonly ServiceProvider _peers;

    public HybridContenders(RedisServer server, string endpoint, bool isLocal)
    {
        _own = new ServiceCollection()
            .AddShardedCache(options =>
            {
                options.InstanceName = "own:";
                options.Nodes.Add(new NodeOptions { Name = "cache-1", Endpoint = endpoint });
            })
            .AddShardedHybridCache(options =>
            {
                options.LocalCache.IsEnabled = isLocal;
                options.LocalCache.Expiration = TimeSpan.FromHours(1);
                options.LocalCache.MaxCount = 100_000;
                options.LocalCache.AllowWithoutInvalidation = true;
            })
            .Services.BuildServiceProvider();
        ServiceCollection peers = new();
        peers.AddStackExchangeRedisCache(options => (options.Configuration, options.InstanceName) = ($"{server.Host}:{server.Port}", "peer:"));
        peers.AddHybridCache();
        peers.AddFusionCache().WithSerializer(new JsonSerializer()).WithRegisteredDistributedCache();
        _peers = peers.BuildServiceProvider();
    }

    public ShardedHybridCache Own => _own.GetRequiredService<ShardedHybridCache>();

    public IShardedCache Beneath => _own.GetRequiredService<IShardedCache>();

    public HybridCache Microsoft => _peers.GetRequiredService<HybridCache>();

    public IFusionCache Fusion => _peers.GetRequiredService<IFusionCache>();

    public IDistributedCache RedisCache => _peers.GetRequiredService<IDistributedCache>();

    public ValueTask<string> OwnFromNodeAsync(string key, string value) =>
        Own.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value), NodesOnly);

    public ValueTask<string> MicrosoftFromNodeAsync(string key, string value) =>
        Microsoft.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value), NodesOnly);

    public ValueTask<string?> FusionFromNodeAsync(string key, string value) => Fusion.GetOrSetAsync<string?>(key, value, FusionNodesOnly);

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        await _peers.DisposeAsync();
    }

    private sealed class JsonSerializer : IFusionCacheSerializer
    {
        public byte[] Serialize<T>(T? obj) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(obj);

        public T? Deserialize<T>(byte[] data) => System.Text.Json.JsonSerializer.Deserialize<T>(data);

        public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

        public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
    }
}
