using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace CacheRing.Diagnostics;

/// <summary>The instruments of one cache. Counting without a listener costs a check.</summary>
internal sealed class CacheMeter : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private ImmutableArray<ObservedNode> _nodes = [];

    /// <param name="cacheName">The registration's name; empty for the default one.</param>
    /// <param name="factory">The container's, which disposes its meters itself; null outside a host.</param>
    public CacheMeter(string cacheName, IMeterFactory? factory)
    {
        CacheName = cacheName;
        _ownsMeter = factory is null;
        _meter = factory?.Create(CacheRingDiagnostics.MeterName) ?? new Meter(CacheRingDiagnostics.MeterName);
        Requests = _meter.CreateCounter<long>("cachering.requests", "{key}", "Keys asked of a node, by operation and outcome.");
        Transitions = _meter.CreateCounter<long>("cachering.node.transitions", "{transition}", "Changes of a node's health, by what it became.");
        Fences = _meter.CreateCounter<long>("cachering.node.fences", "{fence}", "New generations that this client gave to a node, by reason.");
        Voids = _meter.CreateCounter<long>("cachering.node.voids", "{void}", "Times that late writes of this client were made unreadable on a node.");
        Hints = _meter.CreateCounter<long>("cachering.hints", "{key}", "Keys whose writes or removes were queued, delivered or lost.");
        _meter.CreateObservableGauge(
            "cachering.hints.pending", () => _nodes.Select(static node => new Measurement<int>(node.Hints(), node.Tags)), "{key}", "Keys whose writes or removes a node has not carried out.");
        _meter.CreateObservableGauge(
            "cachering.node.health", () => _nodes.Select(static node => new Measurement<int>((int)node.Health(), node.Tags)), null, "0 healthy, 1 suspect, 2 ejected, 3 probing, 4 rejoining.");
        Failures = _meter.CreateCounter<long>("cachering.node.failures", "{call}", "Calls that a node did not carry out, by kind of failure.");
    }

    public string CacheName { get; }

    public Meter Meter => _meter;

    public Counter<long> Requests { get; }

    public Counter<long> Failures { get; }

    public Counter<long> Transitions { get; }

    public Counter<long> Fences { get; }

    public Counter<long> Voids { get; }

    public Counter<long> Hints { get; }

    /// <summary>Has a node looked at whenever somebody reads the gauges.</summary>
    public void Observe(Func<int> hints, Func<NodeHealth> health, KeyValuePair<string, object?>[] tags) =>
        ImmutableInterlocked.Update(ref _nodes, static (nodes, node) => nodes.Add(node), new ObservedNode(hints, health, tags));

    public void Dispose()
    {
        if (_ownsMeter)
            _meter.Dispose();
    }

    private sealed record ObservedNode(Func<int> Hints, Func<NodeHealth> Health, KeyValuePair<string, object?>[] Tags);
}
