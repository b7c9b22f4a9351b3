using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// Microsoft's own implementation, over a distributed cache in memory: what the tests state must hold for it, or they do not
/// state what is documented.
/// </summary>
internal sealed class MicrosoftHybrid : HybridImplementation
{
    private readonly SharedMemory _storage = new();

    public override bool HasLocalCache => true;

    public static Task<HybridImplementation> StartAsync() => Task.FromResult<HybridImplementation>(new MicrosoftHybrid());

    public override void Register(IServiceCollection services, HybridLimits limits) =>
        services.AddSingleton<IDistributedCache>(_storage).AddHybridCache(options =>
        {
            options.DefaultEntryOptions = limits.Defaults;
            options.MaximumKeyLength = limits.LongestKey ?? options.MaximumKeyLength;
            options.MaximumPayloadBytes = limits.LargestValue ?? options.MaximumPayloadBytes;
        });

    public override void RegisterKeyed(IServiceCollection services, object key)
    {
        services.AddKeyedSingleton<IDistributedCache>(key, new SharedMemory());
        services.AddKeyedHybridCache(key, options => options.DistributedCacheServiceKey = key);
    }

    public override void RegisterAlone(IServiceCollection services) => services.AddHybridCache();

    public override async Task<bool> IsStoredAsync(string key) => await _storage.GetAsync(key) is not null;

    public override Task EvictAsync(string key) => _storage.RemoveAsync(key);

    public override IEnumerable<string> ProbeKeys(IServiceProvider services) => [];

    public override ValueTask DisposeAsync() => default;

    // A MemoryDistributedCache itself would be taken for the local cache once more, and be left out.
    private sealed class SharedMemory() : MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
}
