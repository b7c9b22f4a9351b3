using System.Diagnostics;

namespace CacheRing.Benchmarks.Studies;

/// <summary>One worker's loop: which key comes next, and how long the last call took.</summary>
internal sealed class StudyLoop
{
    private readonly Stopwatch _slice;
    private readonly TimeSpan _length;
    private readonly long[] _latencies = new long[1 << 16];
    private readonly int _stride;
    private long _begun;

    public StudyLoop(Stopwatch slice, TimeSpan length, int worker)
    {
        _slice = slice;
        _length = length;
        Key = worker * 977 % StudySettings.Keys;
        _stride = 7 + (2 * worker);
    }

    public int Key { get; private set; }

    public long Count { get; private set; }

    public IEnumerable<double> Microseconds =>
        _latencies.Take((int)Math.Min(Count, _latencies.Length)).Select(static ticks => ticks * 1e6 / Stopwatch.Frequency);

    public bool Next()
    {
        long now = Stopwatch.GetTimestamp();
        if (_begun != 0)
            _latencies[(int)(Count++ & 0xFFFF)] = now - _begun;
        _begun = now;
        Key = (Key + _stride) % StudySettings.Keys;
        return _slice.Elapsed < _length;
    }
}
