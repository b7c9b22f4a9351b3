namespace CacheRing.Invalidation;

/// <summary>
/// How much the local cache holds. An entry is counted before it is put into a slot, and uncounted by whoever takes it out of
/// there, which only one can: the sums are exact as soon as nobody is at work.
/// </summary>
internal sealed class LocalLedger
{
    private long _bytes;
    private int _count;

    public long Bytes => Volatile.Read(ref _bytes);

    public int Count => Volatile.Read(ref _count);

    public void Add(LocalEntry entry)
    {
        Interlocked.Add(ref _bytes, entry.Size);
        Interlocked.Increment(ref _count);
    }

    public void Subtract(LocalEntry entry)
    {
        Interlocked.Add(ref _bytes, -(long)entry.Size);
        Interlocked.Decrement(ref _count);
    }
}
