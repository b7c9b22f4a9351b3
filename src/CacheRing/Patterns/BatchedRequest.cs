namespace CacheRing.Patterns;

/// <summary>One key of a batch of look-ups.</summary>
internal sealed record BatchedRequest<TKey, TValue>(string Key, EntryPolicy Policy, TKey Original, BatchLoad<TKey, TValue> Batch)
    : LoadRequest<FoundValue<TValue>?>(Key, Policy, [])
    where TKey : notnull
{
    private int _isDecided;

    public override ValueTask<FoundValue<TValue>?> LoadAsync(CancellationToken cancellation) =>
        Batch.LoadAsync(Original, Interlocked.Exchange(ref _isDecided, 1) == 0, cancellation);

    /// <summary>It is found, or loaded by another.</summary>
    public override void NotNow()
    {
        if (Interlocked.Exchange(ref _isDecided, 1) == 0)
            Batch.Decide();
    }
}
