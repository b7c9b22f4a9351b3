using CacheRing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using System.Diagnostics.Metrics;

namespace CacheRing.UnitTests.Patterns;

/// <summary>A hybrid cache on nodes inside the process, and its clock.</summary>
internal sealed class HybridUnderTest : IDisposable
{
    private readonly ServiceProvider _services;

    public HybridUnderTest(Action<ShardedHybridCacheOptions>? configure = null, Action<IServiceCollection>? add = null)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(Time);
        services.AddMetrics();
        services.AddShardedCache(static options => options.AddMemoryNodes(3)).AddShardedHybridCache(configure);
        add?.Invoke(services);
        _services = services.BuildServiceProvider();
        Requests = new MetricCollector<long>(_services.GetRequiredService<IMeterFactory>(), "CacheRing", "cachering.hybrid.requests");
        Hybrid = _services.GetRequiredService<ShardedHybridCache>();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public ShardedHybridCache Hybrid { get; }

    public MetricCollector<long> Requests { get; }

    public IServiceProvider Services => _services;

    public int FlightsUnderWay => ((CacheAside)Hybrid).FlightsUnderWay;

    /// <summary>How many calls came to this.</summary>
    public long CountOf(string outcome) =>
        Requests.GetMeasurementSnapshot().Where(one => Equals(one.Tags["cachering.outcome"], outcome)).Sum(static one => one.Value);

    /// <summary>Gets a value that is loaded by giving this one.</summary>
    public Task<T> GetAsync<T>(string key, T value, ShardedHybridCacheEntryOptions? options = null, string[]? tags = null) =>
        Hybrid.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value), options, tags).AsTask();

    /// <summary>Gets a value whose load fails.</summary>
    public Task<T> FailAsync<T>(string key, ShardedHybridCacheEntryOptions? options = null) =>
        Hybrid.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("down"), options).AsTask();

    public void Dispose()
    {
        Requests.Dispose();
        _services.Dispose();
    }
}
