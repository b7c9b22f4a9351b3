using System.Collections.Concurrent;

namespace CacheRing.Failover;

/// <summary>
/// The keys whose writes or removes one node has not carried out, each once: what is left to do is the same for all, to remove
/// them there. Bounded by count and age: beyond that all are given up, which only a new generation makes good. Safe for any
/// number of threads; looking a key up takes no lock, and costs a read while there are none.
/// </summary>
internal sealed class HintQueue
{
    private readonly ConcurrentDictionary<string, Hint> _hints = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly int _most;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private volatile int _count;
    private volatile int _lost;
    private volatile int _madeGood;
    private long _number;

    public HintQueue(int most, TimeSpan longest, TimeProvider time)
    {
        _most = most;
        _longest = longest;
        _time = time;
    }

    public int Count => _count;

    /// <summary>How often hints were given up.</summary>
    public int Lost => _lost;

    /// <summary>Whether hints were given up since the last new generation.</summary>
    public bool HasLost => _lost != _madeGood;

    public bool Contains(string key) => _count != 0 && _hints.ContainsKey(key);

    /// <summary>Adds a key, or renews it: a delivery that is under way does not count for it any more.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool Add(string key)
    {
        lock (_gate)
        {
            if (!_hints.ContainsKey(key))
            {
                if (_count >= _most)
                    return false;
                _count++;
            }

            _hints[key] = new Hint(key, ++_number, _time.GetTimestamp());
            return true;
        }
    }

    public Hint[] Snapshot() => [.. _hints.Values];

    /// <summary>The node has removed these keys.</summary>
    public void Delivered(ReadOnlySpan<Hint> hints)
    {
        lock (_gate)
        {
            foreach (Hint hint in hints)
            {
                if (_hints.TryRemove(KeyValuePair.Create(hint.Key, hint)))
                    _count--;
            }
        }
    }

    /// <summary>Whether one has become too old.</summary>
    public bool IsOverdue => _count != 0 && _hints.Values.Any(hint => _time.GetElapsedTime(hint.AddedAt) > _longest);

    /// <summary>Gives all up. Nobody may read from the node meanwhile, or from then on, before that is made good.</summary>
    /// <param name="isNews">Whether no earlier loss waits to be made good.</param>
    /// <returns>How many.</returns>
    public int GiveUp(out bool isNews)
    {
        lock (_gate)
        {
            int count = _count;
            isNews = !HasLost;
            _lost++;
            _hints.Clear();
            _count = 0;
            return count;
        }
    }

    /// <summary>A new generation was given after so many losses: whatever they were about cannot be read any more.</summary>
    public void MadeGood(int lost) => _madeGood = lost;
}
