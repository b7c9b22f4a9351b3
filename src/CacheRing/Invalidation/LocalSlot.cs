using BitFaster.Caching.Lru;

namespace CacheRing.Invalidation;

/// <summary>
/// A key's place in the local cache, whose entry is exchanged in one step: each entry comes out of it once. Emptied, the place
/// stays for the key's next entry until it grows cold; retired, it never takes one again.
/// </summary>
/// <remarks>
/// Its own value as well, for a hit to find the entry in one step less. The library's way of replacing values is not used: one
/// that is replaced while it is evicted would be told of twice, and a removed one is kept alive until its place comes up.
/// </remarks>
internal sealed class LocalSlot : LruItem<string, LocalSlot>
{
    private static readonly LocalEntry Empty = new NoEntry { ExpiresAt = long.MinValue, Size = 0, Validity = default };
    private static readonly LocalEntry Retired = new NoEntry { ExpiresAt = long.MinValue, Size = 0, Validity = default };

    private LocalEntry _entry;

    public LocalSlot(string key, LocalEntry entry)
        : base(key, null!)
    {
        _entry = entry;
        Value = this;
    }

    /// <summary>What is in it. Where there is nothing, an entry that expired at the beginning of time.</summary>
    public LocalEntry Entry => Volatile.Read(ref _entry);

    public bool IsEmpty => Entry == Empty;

    /// <summary>Puts an entry into it, in place of what is there.</summary>
    /// <returns>False when it is retired: the key has no place any more, or another.</returns>
    public bool TryPut(LocalEntry entry, LocalLedger ledger)
    {
        LocalEntry there = Entry;
        while (there != Retired)
        {
            LocalEntry seen = Interlocked.CompareExchange(ref _entry, entry, there);
            if (seen == there)
            {
                Uncount(there, ledger);
                return true;
            }

            there = seen;
        }

        return false;
    }

    /// <summary>Takes this very entry out, if it is still there.</summary>
    public void Take(LocalEntry entry, LocalLedger ledger)
    {
        if (entry is not NoEntry && Interlocked.CompareExchange(ref _entry, Empty, entry) == entry)
            Uncount(entry, ledger);
    }

    /// <summary>The key's place was given up.</summary>
    public void Retire(LocalLedger ledger) => Uncount(Interlocked.Exchange(ref _entry, Retired), ledger);

    private static void Uncount(LocalEntry entry, LocalLedger ledger)
    {
        if (entry is not NoEntry)
            ledger.Subtract(entry);
    }

    private sealed class NoEntry : LocalEntry;
}
