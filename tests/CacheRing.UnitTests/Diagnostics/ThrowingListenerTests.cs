using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CacheRing.UnitTests.Diagnostics;

/// <summary>A log, a meter's listener or a handler of events that throws costs nobody an answer.</summary>
[TestFixture]
internal sealed class ThrowingListenerTests
{
    [Test]
    public async Task Calls_are_answered_though_every_listener_throws()
    {
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == CacheRingDiagnostics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        int measured = 0;
        listener.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            Interlocked.Increment(ref measured);
            throw new InvalidOperationException("The listener has failed.");
        });
        listener.Start();
        ThrowingProvider log = new();
        await using ServiceProvider services = new ServiceCollection()
            .AddMetrics()
            .AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddShardedCache(static options => options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = "memory://" }))
            .AddShardedHybridCache()
            .Services.BuildServiceProvider();
        IShardedCache cache = services.GetRequiredService<IShardedCache>();
        cache.NodeHealthChanged += static (_, _) => throw new InvalidOperationException("The handler has failed.");

        await cache.SetAsync("k", [1], new DistributedCacheEntryOptions());
        Assert.That(await cache.GetAsync("k"), Is.EqualTo([1]));
        await cache.RemoveAsync("k");
        Assert.That(await services.GetRequiredService<HybridCache>().GetOrCreateAsync("h", static _ => ValueTask.FromResult("value")), Is.EqualTo("value"));
        Assert.That(cache.GetNodes()[0].Health, Is.EqualTo(NodeHealth.Healthy));
        Assert.That((log.Lines, measured), Is.Not.EqualTo((0, 0)), "they were called");
    }

    private sealed class ThrowingProvider : ILoggerProvider, ILogger
    {
        private int _lines;

        public int Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("The log has failed.");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _lines);
            throw new InvalidOperationException("The log has failed.");
        }

        public void Dispose()
        {
        }
    }
}
