using System.Numerics;

namespace CacheRing.Invalidation;

/// <summary>
/// Counts what was invalidated, by key and by tag, in a fixed number of counters: whoever read a counter before a value can
/// tell afterwards whether the value may have been invalidated since, without anyone looking for it. Two names that share a
/// counter cost each other a miss, never a stale value. Safe for any number of threads, without a lock.
/// </summary>
internal sealed class InvalidationStripes
{
    private readonly int[] _counts;
    private readonly int[] _underWay;
    private readonly int _keyMask;
    private readonly int _tagMask;
    private int _anyTag;

    /// <param name="keys">How many counters keys share; rounded up to a power of two.</param>
    /// <param name="tags">How many tags share.</param>
    public InvalidationStripes(int keys = 1024, int tags = 1024)
    {
        _keyMask = (int)BitOperations.RoundUpToPowerOf2((uint)keys) - 1;
        _tagMask = (int)BitOperations.RoundUpToPowerOf2((uint)tags) - 1;
        _counts = new int[_keyMask + _tagMask + 2];
        _underWay = new int[_counts.Length];
    }

    /// <summary>How often any tag was invalidated: if that has not changed, no tag has.</summary>
    public int AnyTag => Volatile.Read(ref _anyTag);

    public int KeyStripe(string key) => key.GetHashCode(StringComparison.Ordinal) & _keyMask;

    // After those of the keys.
    public int TagStripe(string tag) => _keyMask + 1 + (tag.GetHashCode(StringComparison.Ordinal) & _tagMask);

    public int Read(int stripe) => Volatile.Read(ref _counts[stripe]);

    /// <summary>
    /// How many changes are under way. What is read meanwhile may be what was there before, though the change was told of
    /// first. To be asked after the count: a change that has begun since then shows in that.
    /// </summary>
    public int UnderWay(int stripe) => Volatile.Read(ref _underWay[stripe]);

    /// <summary>A change begins: what was taken before is void, and nothing is to be taken until it ends.</summary>
    public void Begin(int stripe)
    {
        Interlocked.Increment(ref _underWay[stripe]);
        Bump(stripe);
    }

    public void End(int stripe) => Interlocked.Decrement(ref _underWay[stripe]);

    /// <summary>Whatever was taken under this counter is void from now on.</summary>
    public void Bump(int stripe)
    {
        // Before the tag's own: who reads the tag's new count, and takes it for the old one, will see that some tag has changed.
        if (stripe > _keyMask)
            Interlocked.Increment(ref _anyTag);
        Interlocked.Increment(ref _counts[stripe]);
    }
}
