namespace CacheRing.Writes;

/// <summary>
/// The writes of one key that the store does not have, in their order: the one that it is being given, and those that wait. At
/// most two wait, a delete and an upsert after it, since a later write takes the place of an earlier one: the last value wins,
/// but not across a delete, which the store must see. To be used under a lock on it, except for <see cref="Newest"/>.
/// </summary>
internal sealed class KeyLine<TKey, TValue>
    where TKey : notnull
{
    private volatile PendingWrite<TKey, TValue>? _newest;
    private PendingWrite<TKey, TValue>? _second;
    private List<(long UpTo, FlushWait Flush)>? _flushes;

    /// <summary>What a reader is to see; null when there is nothing. Needs no lock.</summary>
    public PendingWrite<TKey, TValue>? Newest => _newest;

    /// <summary>The one that the store is being given, or will be again.</summary>
    public PendingWrite<TKey, TValue>? UnderWay { get; private set; }

    /// <summary>The first of those that wait.</summary>
    public PendingWrite<TKey, TValue>? First { get; private set; }

    /// <summary>Has those who change the key in the cache do so one after the other. Needs no lock.</summary>
    public SemaphoreSlim Cache { get; } = new(1, 1);

    /// <summary>Whether it stands in the queue of those whose turn comes.</summary>
    public bool IsQueued { get; set; }

    /// <summary>When it was queued, as a timestamp.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Whether it has been left for good: its key has another line, or none.</summary>
    public bool IsGone { get; private set; }

    public bool IsEmpty => UnderWay is null && First is null;

    /// <summary>What a write adds to what is pending, in writes and in bytes.</summary>
    public (int Writes, long Bytes) GrowthBy(StoreWriteKind kind, int size)
    {
        int writes = 1;
        long bytes = size;
        if (kind == StoreWriteKind.Delete && First is not null)
        {
            writes--;
            bytes -= First.Size;
        }

        PendingWrite<TKey, TValue>? second = _second ?? (kind == StoreWriteKind.Upsert && First?.Kind == StoreWriteKind.Upsert ? First : null);
        if (second is not null)
        {
            writes--;
            bytes -= second.Size;
        }

        return (writes, bytes);
    }

    /// <summary>Takes a write at the end, in the place of those that it makes needless.</summary>
    /// <returns>Whether it took the place of another.</returns>
    public bool Add(PendingWrite<TKey, TValue> write)
    {
        bool isPlaced = true;
        if (write.Kind == StoreWriteKind.Delete && First is not null)
        {
            // Whatever was to be done before, nothing is left of it.
            if (_second is not null)
                write.TakePlaceOf(_second);
            write.TakePlaceOf(First);
            First = write;
            _second = null;
        }
        else if (_second is not null)
        {
            write.TakePlaceOf(_second);
            _second = write;
        }
        else if (First is null)
        {
            First = write;
            isPlaced = false;
        }
        else if (First.Kind == StoreWriteKind.Upsert)
        {
            write.TakePlaceOf(First);
            First = write;
        }
        else
        {
            _second = write;
            isPlaced = false;
        }

        _newest = write;
        return isPlaced;
    }

    /// <summary>It is the turn of the first that waits.</summary>
    public PendingWrite<TKey, TValue> Begin()
    {
        UnderWay = First!;
        First = _second;
        _second = null;
        return UnderWay;
    }

    /// <summary>Before another try: a later write takes the place of the one under way, as it would have while that waited.</summary>
    /// <returns>The one whose place was taken; null when it stays.</returns>
    public PendingWrite<TKey, TValue>? Renew()
    {
        if (First is null || UnderWay is not { } earlier || (earlier.Kind == StoreWriteKind.Delete && First.Kind == StoreWriteKind.Upsert))
            return null;
        First.TakePlaceOf(earlier);
        Begin();
        return earlier;
    }

    /// <summary>The one under way has ended.</summary>
    public void End()
    {
        UnderWay = null;
        if (First is null)
            _newest = null;
    }

    /// <summary>It is left for good.</summary>
    public void Leave()
    {
        IsGone = true;
        _newest = null;
    }

    /// <summary>Has a flush wait for all that was taken so far.</summary>
    public void Add(FlushWait flush)
    {
        flush.Add();
        (_flushes ??= []).Add((_newest!.Sequence, flush));
    }

    /// <summary>Tells flushes of which nothing is pending any more.</summary>
    public void TellFlushes()
    {
        if (_flushes is null)
            return;
        long first = UnderWay?.FirstSequence ?? First?.FirstSequence ?? long.MaxValue;
        _flushes.RemoveAll(waiting =>
        {
            if (waiting.UpTo >= first)
                return false;
            waiting.Flush.Done();
            return true;
        });
    }
}
