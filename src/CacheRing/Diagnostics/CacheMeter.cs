using System.Diagnostics.Metrics;

namespace CacheRing.Diagnostics;

/// <summary>The instruments of one cache. Counting without a listener costs a check.</summary>
internal sealed class CacheMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;

    /// <param name="cacheName">The registration's name; empty for the default one.</param>
    /// <param name="factory">The container's, which disposes its meters itself; null outside a host.</param>
    public CacheMeter(string cacheName, IMeterFactory? factory)
    {
        CacheName = cacheName;
        _ownsMeter = factory is null;
        _meter = factory?.Create(CacheRingDiagnostics.MeterName) ?? new Meter(CacheRingDiagnostics.MeterName);
        Requests = _meter.CreateCounter<long>("cachering.requests", "{key}", "Keys asked of a node, by operation and outcome.");
        Failures = _meter.CreateCounter<long>("cachering.node.failures", "{call}", "Calls that a node did not carry out, by kind of failure.");
    }

    public string CacheName { get; }

    public Counter<long> Requests { get; }

    public Counter<long> Failures { get; }

    public void Dispose()
    {
        if (_ownsMeter)
            _meter.Dispose();
    }
}
