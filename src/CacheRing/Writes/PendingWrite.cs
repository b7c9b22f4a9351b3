namespace CacheRing.Writes;

/// <summary>A write that the store does not have yet. What can change is guarded by the line of its key.</summary>
internal sealed class PendingWrite<TKey, TValue>
    where TKey : notnull
{
    /// <param name="key">The key.</param>
    /// <param name="cacheKey">Its text, as the cache has it.</param>
    /// <param name="kind">What is to be done.</param>
    /// <param name="value">The value of an upsert.</param>
    /// <param name="bytes">What the cache is given.</param>
    public PendingWrite(TKey key, string cacheKey, StoreWriteKind kind, TValue? value, byte[] bytes)
    {
        Key = key;
        CacheKey = cacheKey;
        Kind = kind;
        Value = value;
        Bytes = bytes;
    }

    public TKey Key { get; }

    public string CacheKey { get; }

    public StoreWriteKind Kind { get; }

    public TValue? Value { get; }

    public byte[] Bytes { get; }

    /// <summary>What it counts as, of the bytes that may be pending.</summary>
    public int Size => CacheKey.Length + Bytes.Length;

    public long Sequence { get; set; }

    /// <summary>Its place in the journal; null where there is none.</summary>
    public JournalEntry? Entry { get; set; }

    /// <summary>Ends when it is in the journal, on disk; null where there is none, or it was found there.</summary>
    public Task? Saved { get; set; }

    /// <summary>The sequence of the first write that it stands for: its own, or that of one whose place it has taken.</summary>
    public long FirstSequence { get; set; }

    /// <summary>When the first write that it stands for was taken, as a timestamp.</summary>
    public long Since { get; set; }

    /// <summary>Those whose place it has taken and that the journal still has, the latest first; null without a journal.</summary>
    public PendingWrite<TKey, TValue>? Covered { get; set; }

    /// <summary>The writes of its key. Set when it is taken.</summary>
    public KeyLine<TKey, TValue> Line { get; set; } = null!;

    /// <summary>Whether the cache has it, or had better not be given it any more. Guarded by the line's <see cref="KeyLine{TKey, TValue}.Cache"/>.</summary>
    public bool IsCached { get; set; }

    /// <summary>Takes the place of an earlier write of the key.</summary>
    public void TakePlaceOf(PendingWrite<TKey, TValue> earlier)
    {
        FirstSequence = Math.Min(FirstSequence, earlier.FirstSequence);
        Since = Math.Min(Since, earlier.Since);
        if (earlier.Entry is null)
            return;

        // Behind what it covers already, which is later than this.
        PendingWrite<TKey, TValue> last = this;
        while (last.Covered is { } next)
            last = next;
        last.Covered = earlier;
    }
}
