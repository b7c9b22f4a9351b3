using System.Diagnostics.Metrics;

namespace CacheRing.Diagnostics;

/// <summary>What one write-behind cache did, and how matters stand with it. Counting without a listener costs a check.</summary>
internal sealed class WriteMeter
{
    private readonly Counter<long> _writes;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _deadLetters;
    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _durations;
    private readonly KeyValuePair<string, object?>[] _common;
    private readonly KeyValuePair<string, object?>[] _queued;
    private readonly KeyValuePair<string, object?>[] _coalesced;
    private readonly KeyValuePair<string, object?>[] _refused;
    private readonly KeyValuePair<string, object?>[] _succeeded;
    private readonly KeyValuePair<string, object?>[] _failed;

    public WriteMeter(Meter meter, string cacheName, string name, Func<WriteBehindStatus> status)
    {
        _common = [new("cachering.cache", cacheName), new("cachering.writebehind", name)];
        _queued = [.. _common, new("cachering.outcome", "queued")];
        _coalesced = [.. _common, new("cachering.outcome", "coalesced")];
        _refused = [.. _common, new("cachering.outcome", "refused")];
        _succeeded = [.. _common, new("cachering.outcome", "ok")];
        _failed = [.. _common, new("cachering.outcome", "failed")];
        _writes = meter.CreateCounter<long>("cachering.writebehind.writes", "{write}", "Writes that were taken (queued, or coalesced with one that waited) or refused.");
        _retries = meter.CreateCounter<long>("cachering.writebehind.retries", "{write}", "Writes that the store has failed with, and is given again.");
        _deadLetters = meter.CreateCounter<long>("cachering.writebehind.deadletters", "{write}", "Writes that were given up.");
        _batches = meter.CreateHistogram<int>("cachering.writebehind.batch.size", "{write}", "How many writes the store was given at once, by whether it has carried them out.");
        _durations = meter.CreateHistogram<double>("cachering.writebehind.batch.duration", "s", "How long the store took for a batch, by whether it has carried it out.");
        meter.CreateObservableGauge("cachering.writebehind.pending", () => new Measurement<int>(status().Pending, _common), "{write}", "Writes that the store does not have.");
        meter.CreateObservableGauge("cachering.writebehind.pending.bytes", () => new Measurement<long>(status().PendingBytes, _common), "By", "Their bytes.");
        meter.CreateObservableGauge("cachering.writebehind.lag", () => new Measurement<double>(status().Lag.TotalSeconds, _common), "s", "How long the oldest of them has waited.");
        meter.CreateObservableGauge("cachering.writebehind.store.down", () => new Measurement<int>(status().IsStoreDown ? 1 : 0, _common), null, "1 while the store takes no writes, else 0.");
    }

    public void Taken(bool isCoalesced) => _writes.TryAdd(1, isCoalesced ? _coalesced : _queued);

    public void Refused() => _writes.TryAdd(1, _refused);

    public void Retried(int writes) => _retries.TryAdd(writes, _common);

    public void GaveUp() => _deadLetters.TryAdd(1, _common);

    public void Stored(int writes, TimeSpan duration, bool succeeded)
    {
        _batches.TryRecord(writes, succeeded ? _succeeded : _failed);
        _durations.TryRecord(duration.TotalSeconds, succeeded ? _succeeded : _failed);
    }
}
