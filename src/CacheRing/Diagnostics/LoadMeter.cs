using System.Diagnostics.Metrics;

namespace CacheRing.Diagnostics;

/// <summary>What a cache-aside did, for all its nodes together. Counting without a listener costs a check.</summary>
internal sealed class LoadMeter
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _fills;
    private readonly Counter<long> _waits;
    private readonly Histogram<double> _durations;
    private readonly KeyValuePair<string, object?>[][] _requestTags;
    private readonly KeyValuePair<string, object?>[][] _fillTags;
    private readonly KeyValuePair<string, object?>[][] _waitTags;
    private readonly KeyValuePair<string, object?>[][] _durationTags;

    public LoadMeter(CacheMeter meter)
    {
        _requests = meter.Meter.CreateCounter<long>("cachering.hybrid.requests", "{call}", "Calls of the hybrid cache, by what they came to.");
        _fills = meter.Meter.CreateCounter<long>("cachering.hybrid.fills", "{value}", "Values that were loaded, by whether they could be stored.");
        _waits = meter.Meter.CreateCounter<long>("cachering.hybrid.waits", "{wait}", "Waits for another process's load, by how they ended.");
        _durations = meter.Meter.CreateHistogram<double>("cachering.hybrid.load.duration", "s", "How long loads took, by whether they succeeded.");
        KeyValuePair<string, object?> cache = new("cachering.cache", meter.CacheName);
        _requestTags = TagsOf<LoadOutcome>(cache, "cachering.outcome");
        _fillTags = TagsOf<FillResult>(cache, "cachering.outcome");
        _waitTags = TagsOf<WaitOutcome>(cache, "cachering.outcome");
        _durationTags = [[cache, new("cachering.outcome", "failed")], [cache, new("cachering.outcome", "ok")]];
    }

    public void Count(LoadOutcome outcome)
    {
        if (_requests.Enabled)
            _requests.TryAdd(1, _requestTags[(int)outcome]);
    }

    public void Count(FillResult result) => _fills.TryAdd(1, _fillTags[(int)result]);

    public void Count(WaitOutcome outcome) => _waits.TryAdd(1, _waitTags[(int)outcome]);

    public void Loaded(TimeSpan duration, bool succeeded) => _durations.TryRecord(duration.TotalSeconds, _durationTags[succeeded ? 1 : 0]);

    private static KeyValuePair<string, object?>[][] TagsOf<TEnum>(KeyValuePair<string, object?> cache, string name)
        where TEnum : struct, Enum =>
        Array.ConvertAll(Enum.GetValues<TEnum>(), value => (KeyValuePair<string, object?>[])[cache, new(name, NodeMeter.Text(value))]);
}
