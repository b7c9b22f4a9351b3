using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>
/// Counts the reads of each node, from the cache's own metrics: what OpenTelemetry would export, kept where a request can ask.
/// </summary>
internal sealed class ReadCounts : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, ReadCount> _nodes = new();
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _meters;

    public ReadCounts(IMeterFactory meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsOurs(instrument))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, keys, tags, _) => Count(keys, tags));
    }

    public ReadCount Of(string node) => _nodes.GetValueOrDefault(node);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    // A listener hears the whole process; another host in it has a meter of the same name.
    private bool IsOurs(Instrument instrument) =>
        instrument.Name == "cachering.requests"
        && instrument.Meter.Name == CacheRingDiagnostics.MeterName
        && instrument.Meter.Scope == _meters;

    private void Count(long keys, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Tag(tags, "cachering.operation") != "get")
            return;

        ReadCount more = Tag(tags, "cachering.outcome") switch
        {
            "hit" => new ReadCount(keys, 0, 0),
            "miss" => new ReadCount(0, keys, 0),
            _ => new ReadCount(0, 0, keys),
        };
        _nodes.AddOrUpdate(Tag(tags, "cachering.node"), static (_, more) => more, static (_, sum, more) => sum + more, more);
    }

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach ((string key, object? value) in tags)
        {
            if (key == name)
                return value as string ?? "";
        }

        return "";
    }
}
