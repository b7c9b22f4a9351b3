using System.Diagnostics.CodeAnalysis;
using BitFaster.Caching.Lru;
using Slots = BitFaster.Caching.Lru.ConcurrentLruCore<
    string, CacheRing.Invalidation.LocalSlot, CacheRing.Invalidation.LocalSlot, CacheRing.Invalidation.LocalSlotPolicy, CacheRing.Invalidation.LocalTelemetry>;

namespace CacheRing.Invalidation;

/// <summary>
/// The values kept in the process, in front of the servers: bounded by count and by bytes, the coldest go first. It gives out
/// only what has neither expired nor been invalidated. A hit takes no lock and allocates nothing. Safe for any number of threads.
/// </summary>
internal sealed class LocalCache : IDisposable
{
    // More than this share of the bytes, and one entry would empty too much of the cache for others.
    private const int LargestShare = 8;

    // Trimming goes over all places: so much of the bytes goes at once that it is seldom needed.
    private const int TrimmedShare = 16;

    private readonly Slots _slots;
    private readonly LocalLedger _ledger = new();
    private readonly LocalClock _clock;
    private readonly long _maxBytes;
    private int _trimming;
    private volatile bool _isDisposed;

    public LocalCache(int maxCount, long maxBytes, TimeProvider time)
    {
        _maxBytes = maxBytes;
        _clock = new LocalClock(time);
        _slots = new Slots(
            Environment.ProcessorCount, new FavorWarmPartition(Math.Max(3, maxCount)), EqualityComparer<string>.Default, default, new LocalTelemetry(_ledger));
    }

    public int Count => _ledger.Count;

    public long Bytes => _ledger.Bytes;

    private int Places => _slots.HotCount + _slots.WarmCount + _slots.ColdCount;

    public bool TryGet(string key, [NotNullWhen(true)] out LocalEntry? entry)
    {
        if (_slots.TryGet(key, out LocalSlot? slot))
        {
            LocalEntry there = slot.Entry;
            if (!_clock.IsOver(there) && there.IsValid)
            {
                entry = there;
                return true;
            }

            slot.Take(there, _ledger);
        }

        entry = null;
        return false;
    }

    /// <returns>False when it is too large, has expired, or was invalidated before or while it was put in: it is not kept then.</returns>
    public bool TrySet(string key, LocalEntry entry)
    {
        if (entry.Size > _maxBytes / LargestShare || _isDisposed || !entry.IsValid || _clock.IsOver(entry))
            return false;

        entry.SureUntil = _clock.SureUntil(entry.ExpiresAt);
        _ledger.Add(entry);
        LocalSlot slot = Put(key, entry);

        // Asked again now that it can be found: an invalidation in between may have looked for it in vain.
        bool holds = entry.IsValid && !_isDisposed;
        if (!holds)
            slot.Take(entry, _ledger);
        TrimToBound();
        return holds;
    }

    public void Remove(string key)
    {
        if (_slots.TryGet(key, out LocalSlot? slot))
            Empty(slot);
    }

    public void Clear()
    {
        foreach (KeyValuePair<string, LocalSlot> pair in _slots)
            Empty(pair.Value);
        _slots.Clear();
    }

    public void Dispose()
    {
        _isDisposed = true;
        Clear();
    }

    private LocalSlot Put(string key, LocalEntry entry)
    {
        LocalSlot? fresh = null;
        while (true)
        {
            if (!_slots.TryGet(key, out LocalSlot? slot))
            {
                fresh ??= new LocalSlot(key, entry);
                slot = _slots.GetOrAdd(key, static (_, slot) => slot, fresh);
                if (slot == fresh)
                    return slot;
            }

            // A retired one has left the table already.
            if (slot.TryPut(entry, _ledger))
                return slot;
        }
    }

    private void Empty(LocalSlot slot)
    {
        slot.Take(slot.Entry, _ledger);

        // Looking for it was no use of it.
        slot.WasAccessed = false;
    }

    // One trims at a time; who finds another at it leaves, for that one looks again when it is through.
    private void TrimToBound()
    {
        while (Bytes > _maxBytes && Places > 0 && Interlocked.CompareExchange(ref _trimming, 1, 0) == 0)
        {
            try
            {
                TrimOnce();
            }
            finally
            {
                Interlocked.Exchange(ref _trimming, 0);
            }
        }
    }

    private void TrimOnce()
    {
        long bytes = Bytes;
        long excess = bytes - _maxBytes + (_maxBytes / TrimmedShare);
        long entries = 1 + (long)((double)Count * excess / Math.Max(1, bytes));
        _slots.Trim((int)Math.Clamp(entries, 1, _slots.Capacity));
    }
}
