using System.Diagnostics.Metrics;
using CacheRing.Failover;

namespace CacheRing.Diagnostics;

/// <summary>One node's share of the <see cref="CacheMeter"/>, with every set of tags made once.</summary>
internal sealed class NodeMeter
{
    private readonly CacheMeter _meter;
    private readonly KeyValuePair<string, object?>[] _common;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _failures;
    private readonly KeyValuePair<string, object?>[][] _requestTags;
    private readonly KeyValuePair<string, object?>[][] _failureTags;
    private static readonly int Outcomes = Enum.GetValues<CacheOutcome>().Length;

    public NodeMeter(CacheMeter meter, string nodeName)
    {
        _meter = meter;
        _requests = meter.Requests;
        _failures = meter.Failures;
        KeyValuePair<string, object?>[] common = [new("cachering.cache", meter.CacheName), new("cachering.node", nodeName)];
        _common = common;
        _requestTags =
        [
            .. from operation in Enum.GetValues<CacheOperation>()
               from outcome in Enum.GetValues<CacheOutcome>()
               select (KeyValuePair<string, object?>[])
                   [.. common, new("cachering.operation", Text(operation)), new("cachering.outcome", Text(outcome))],
        ];
        _failureTags =
        [
            .. from kind in Enum.GetValues<NodeFailureKind>()
               select (KeyValuePair<string, object?>[])[.. common, new("cachering.failure", Text(kind))],
        ];
    }

    public void Count(CacheOperation operation, CacheOutcome outcome, int keys = 1)
    {
        if (_requests.Enabled && keys > 0)
            _requests.TryAdd(keys, _requestTags[((int)operation * Outcomes) + (int)outcome]);
    }

    public void CountFailure(NodeFailureKind kind) => _failures.TryAdd(1, _failureTags[(int)kind]);

    public void CountTransition(NodeHealth to) => _meter.Transitions.TryAdd(1, [.. _common, new("cachering.health", Text(to))]);

    public void CountFence(FenceReason reason) => _meter.Fences.TryAdd(1, [.. _common, new("cachering.reason", Text(reason))]);

    public void CountVoid() => _meter.Voids.TryAdd(1, _common);

    public void CountHints(HintOutcome outcome, int keys)
    {
        if (_meter.Hints.Enabled && keys > 0)
            _meter.Hints.TryAdd(keys, [.. _common, new("cachering.outcome", Text(outcome))]);
    }

    public void Observe(Func<int> hints, Func<NodeHealth> health) => _meter.Observe(hints, health, _common);

    // "OutOfMemory" becomes "out_of_memory".
    public static string Text<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        string.Concat(value.ToString().Select(static (letter, i) =>
            !char.IsUpper(letter) ? $"{letter}" : i == 0 ? $"{char.ToLowerInvariant(letter)}" : $"_{char.ToLowerInvariant(letter)}"));
}
