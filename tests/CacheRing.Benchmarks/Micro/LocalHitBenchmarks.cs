using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace CacheRing.Benchmarks.Micro;

/// <summary>A hit in the process, of a string that never expires meanwhile, beside the peers; the baseline is a bare MemoryCache.</summary>
public class LocalHitBenchmarks
{
    private const int Keys = 1024;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(static i => $"catalogue:product:{i:D6}")];
    private ServiceProvider _own = null!;
    private ServiceProvider _peers = null!;
    private ShardedHybridCache _cacheRing = null!;
    private HybridCache _hybrid = null!;
    private IFusionCache _fusion = null!;
    private IMemoryCache _memory = null!;
    private int _next;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _own = new ServiceCollection()
            .AddShardedCache(static options => options.Nodes.Add(new NodeOptions { Name = "n", Endpoint = "memory://" }))
            .AddShardedHybridCache(static options =>
            {
                options.LocalCache.IsEnabled = true;
                options.LocalCache.Expiration = TimeSpan.FromHours(1);
                options.LocalCache.AllowWithoutInvalidation = true;
            })
            .Services.BuildServiceProvider();
        ServiceCollection peers = new();
        peers.AddMemoryCache().AddHybridCache();
        peers.AddFusionCache().WithOptions(static options => options.DefaultEntryOptions.Duration = TimeSpan.FromHours(1));
        _peers = peers.BuildServiceProvider();
        _cacheRing = _own.GetRequiredService<ShardedHybridCache>();
        _hybrid = _peers.GetRequiredService<HybridCache>();
        _fusion = _peers.GetRequiredService<IFusionCache>();
        _memory = _peers.GetRequiredService<IMemoryCache>();
        foreach (string key in _keys)
        {
            _memory.Set(key, "value");
            await CacheRingAsync(key);
            await HybridCacheAsync(key);
            await FusionCacheAsync(key);
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _own.Dispose();
        _peers.Dispose();
    }

    [Benchmark(Baseline = true)]
    public object? BareMemoryCache() => _memory.Get(Next());

    [Benchmark]
    public ValueTask<string> CacheRing() => CacheRingAsync(Next());

    [Benchmark]
    public ValueTask<string> HybridCache() => HybridCacheAsync(Next());

    [Benchmark]
    public ValueTask<string> FusionCache() => FusionCacheAsync(Next());

    private string Next() => _keys[_next++ & (Keys - 1)];

    private ValueTask<string> CacheRingAsync(string key) => _cacheRing.GetOrCreateAsync(key, 0, static (_, _) => ValueTask.FromResult("value"));

    private ValueTask<string> HybridCacheAsync(string key) => _hybrid.GetOrCreateAsync(key, 0, static (_, _) => ValueTask.FromResult("value"));

    private ValueTask<string> FusionCacheAsync(string key) => _fusion.GetOrSetAsync<string>(key, "value");
}
