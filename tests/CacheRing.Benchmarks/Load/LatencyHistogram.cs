using System.Numerics;

namespace CacheRing.Benchmarks.Load;

/// <summary>
/// Durations by their magnitude, to within 1%: 128 equal steps between one power of two and the next. Of one thread at a time;
/// each worker has its own.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits) * Steps];

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        _counts[IndexOf(Math.Max(0, ticks))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
    }

    /// <summary>The duration that this share of all is not longer than; 0 where there is none.</summary>
    public long Percentile(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return Count == 0 ? 0 : ValueOf(i);
        }

        return 0;
    }

    private static int IndexOf(long ticks)
    {
        if (ticks < Steps)
            return (int)ticks;
        int shift = BitOperations.Log2((ulong)ticks) - StepBits;
        return (shift + 1) * Steps + (int)((ticks >> shift) & (Steps - 1));
    }

    private static long ValueOf(int index)
    {
        int shift = index / Steps - 1;
        return shift < 0 ? index : (long)(Steps + index % Steps) << shift;
    }
}
