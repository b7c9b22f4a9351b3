using System.Diagnostics.Metrics;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Listens to one of the cache's own metrics: what OpenTelemetry would export, kept where a request can ask.</summary>
internal abstract class CacheMetric : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();

    protected CacheMetric(IMeterFactory meters, string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            // A listener hears the whole process; another host in it has a meter of the same name.
            if (published.Name == instrument && published.Meter.Name == CacheRingDiagnostics.MeterName && published.Meter.Scope == meters)
                listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Count(count, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    protected abstract void Count(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    protected static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach ((string key, object? value) in tags)
        {
            if (key == name)
                return value as string ?? "";
        }

        return "";
    }
}
