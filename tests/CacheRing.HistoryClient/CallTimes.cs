using System.Diagnostics;

namespace CacheRing.HistoryClient;

/// <summary>How many reads were hits, and how long calls took: counted in steps of a tenth of a millisecond up to a second.</summary>
internal sealed class CallTimes
{
    private const int Steps = 10_000;
    private const double StepsPerMillisecond = 10;

    private readonly long[] _counts = new long[Steps + 1];
    private long _hits;
    private long _misses;
    private long _longest;

    public long Hits => Interlocked.Read(ref _hits);

    public long Misses => Interlocked.Read(ref _misses);

    public double LongestMilliseconds => TimeSpan.FromTicks(Interlocked.Read(ref _longest)).TotalMilliseconds;

    public double P99Milliseconds
    {
        get
        {
            long left = _counts.Sum() / 100;
            int step = Steps;
            while (step > 0 && (left -= _counts[step]) >= 0)
                step--;
            return step / StepsPerMillisecond;
        }
    }

    public Call Start() => new(this, Stopwatch.GetTimestamp());

    public void Read(int hits, int misses)
    {
        Interlocked.Add(ref _hits, hits);
        Interlocked.Add(ref _misses, misses);
    }

    private void Ended(TimeSpan took)
    {
        Interlocked.Increment(ref _counts[Math.Min(Steps, (int)(took.TotalMilliseconds * StepsPerMillisecond))]);
        for (long longest = Interlocked.Read(ref _longest); took.Ticks > longest; longest = Interlocked.Read(ref _longest))
            Interlocked.CompareExchange(ref _longest, took.Ticks, longest);
    }

    public readonly struct Call : IDisposable
    {
        private readonly CallTimes _times;
        private readonly long _begun;

        public Call(CallTimes times, long begun)
        {
            _times = times;
            _begun = begun;
        }

        public void Dispose() => _times.Ended(Stopwatch.GetElapsedTime(_begun));
    }
}
