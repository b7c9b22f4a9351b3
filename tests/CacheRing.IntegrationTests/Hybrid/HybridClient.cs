using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>An app that knows nothing but <see cref="HybridCache"/>, with all that is logged in it.</summary>
internal sealed class HybridClient : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public HybridClient(Action<IServiceCollection> add)
    {
        ServiceCollection services = new();
        services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(Log)));
        services.AddMetrics();
        add(services);
        _services = services.BuildServiceProvider();
    }

    public FakeLogCollector Log { get; } = new();

    public IServiceProvider Services => _services;

    public HybridCache Cache => _services.GetRequiredService<HybridCache>();

    /// <summary>Whether a problem was logged that names something.</summary>
    public bool HasWarned(string about) =>
        Log.GetSnapshot().Any(entry => entry.Level >= LogLevel.Warning && entry.Message.Contains(about, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gets a value that is loaded by giving this one.</summary>
    public ValueTask<T> LoadAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, string[]? tags = null) =>
        Cache.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value), options, tags);

    /// <summary>Gets what is cached.</summary>
    public ValueTask<T> PeekAsync<T>(string key) => Cache.GetOrCreateAsync<T>(
        key, static _ => throw new InvalidOperationException("The factory must not be called."), new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData });

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
