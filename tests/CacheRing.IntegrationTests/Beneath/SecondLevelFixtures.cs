using System.Text.Json;
using CacheRing.IntegrationTests.Contract;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>Microsoft's HybridCache over Redis.</summary>
[TestFixture]
public sealed class HybridCacheOverRedisTests() : HybridCacheContractTests(BreakableRedis.StartAsync);

/// <summary>Microsoft's HybridCache over Memcached.</summary>
[TestFixture]
public sealed class HybridCacheOverMemcachedTests() : HybridCacheContractTests(BreakableMemcached.StartAsync);

/// <summary>FusionCache over Redis.</summary>
[TestFixture]
public sealed class FusionCacheOverRedisTests() : FusionCacheContractTests(BreakableRedis.StartAsync);

/// <summary>FusionCache over Memcached.</summary>
[TestFixture]
public sealed class FusionCacheOverMemcachedTests() : FusionCacheContractTests(BreakableMemcached.StartAsync);

/// <summary>The contract with Microsoft's HybridCache above.</summary>
public abstract class HybridCacheContractTests(Func<Task<IBreakableServers>> start) : SecondLevelContractTests(start)
{
    protected override void Add(IServiceCollection services) => services.AddHybridCache();

    protected override Task<string> GetOrLoadAsync(IServiceProvider services, string key, Func<string> load, string[] tags) =>
        services.GetRequiredService<HybridCache>().GetOrCreateAsync(key, load, static (load, _) => ValueTask.FromResult(load()), tags: tags).AsTask();

    protected override Task RemoveAsync(IServiceProvider services, string key) => services.GetRequiredService<HybridCache>().RemoveAsync(key).AsTask();

    protected override Task RemoveByTagAsync(IServiceProvider services, string tag) =>
        services.GetRequiredService<HybridCache>().RemoveByTagAsync(tag).AsTask();

    protected override string StoredKey(string key) => key;

    protected override string TagKey(string tag) => $"__MSFT_HCT__{tag}";
}

/// <summary>The contract with FusionCache above.</summary>
public abstract class FusionCacheContractTests(Func<Task<IBreakableServers>> start) : SecondLevelContractTests(start)
{
    protected override void Add(IServiceCollection services) => services.AddFusionCache()
        .WithDefaultEntryOptions(new FusionCacheEntryOptions(TimeSpan.FromMinutes(5)) { AllowBackgroundDistributedCacheOperations = false })
        .WithSerializer(new PlainJson())
        .WithRegisteredDistributedCache();

    protected override Task<string> GetOrLoadAsync(IServiceProvider services, string key, Func<string> load, string[] tags) =>
        services.GetRequiredService<IFusionCache>().GetOrSetAsync<string>(key, (_, _) => Task.FromResult(load()), tags: tags).AsTask();

    protected override Task RemoveAsync(IServiceProvider services, string key) => services.GetRequiredService<IFusionCache>().RemoveAsync(key).AsTask();

    protected override Task RemoveByTagAsync(IServiceProvider services, string tag) =>
        services.GetRequiredService<IFusionCache>().RemoveByTagAsync(tag).AsTask();

    protected override string StoredKey(string key) => $"v2:{key}";

    protected override string TagKey(string tag) => $"v2:__fc:t:{tag}";

    private sealed class PlainJson : IFusionCacheSerializer
    {
        public byte[] Serialize<T>(T? obj) => JsonSerializer.SerializeToUtf8Bytes(obj, JsonSerializerOptions.Default);

        public T? Deserialize<T>(byte[] data) => JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Default);

        public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

        public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
    }
}
