using System.Collections.Concurrent;

namespace CacheRing.Stampede;

/// <summary>
/// Keys that something is not to be tried on for a while. Bounded: when there are too many, those whose time is over go, and
/// then all (what is tried too often does no harm). Safe for any number of threads.
/// </summary>
internal sealed class RestingKeys
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, long> _until = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public RestingKeys(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>How many are kept, also of those whose time is over.</summary>
    public int Count => _until.Count;

    public bool Has(string key) => !_until.IsEmpty && _until.TryGetValue(key, out long until) && _time.GetTimestamp() < until;

    /// <summary>Has a key rest, if it does not already.</summary>
    /// <returns>Whether it did not.</returns>
    public bool TryAdd(string key, TimeSpan span)
    {
        long now = _time.GetTimestamp();
        long until = now + (long)(span.TotalSeconds * _time.TimestampFrequency);
        if (_until.Count >= Most)
            Shrink(now);
        if (_until.TryAdd(key, until))
            return true;
        return _until.TryGetValue(key, out long old) && old <= now && _until.TryUpdate(key, until, old);
    }

    public void Remove(string key) => _until.TryRemove(key, out _);

    private void Shrink(long now)
    {
        foreach ((string key, long until) in _until)
        {
            if (until <= now)
                _until.TryRemove(KeyValuePair.Create(key, until));
        }

        if (_until.Count >= Most)
            _until.Clear();
    }
}
