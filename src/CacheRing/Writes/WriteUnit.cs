namespace CacheRing.Writes;

/// <summary>Writes of different keys that are given to the store together, until they have succeeded, or are given up. Used by one caller at a time.</summary>
internal sealed class WriteUnit<TKey, TValue>(List<PendingWrite<TKey, TValue>> writes, long successes)
    where TKey : notnull
{
    private volatile bool _hasFailed;

    /// <summary>What is left of it.</summary>
    public List<PendingWrite<TKey, TValue>> Writes { get; } = writes;

    /// <summary>The batch that it is a part of.</summary>
    public WriteOrigin Origin { get; init; } = new();

    /// <summary>How many writes are left. May be read by anyone.</summary>
    public int Count { get; private set; } = writes.Count;

    /// <summary>When the first of them was taken, as a timestamp. May be read by anyone.</summary>
    public long Since { get; } = writes.Count == 0 ? long.MaxValue : writes.Min(static write => write.Since);

    /// <summary>How many of its failures are its own fault, as far as can be told.</summary>
    public int Attempts { get; private set; }

    /// <summary>Why it failed last.</summary>
    public Exception? Error { get; set; }

    /// <summary>Whether it has failed, and is tried again. May be read by anyone.</summary>
    public bool HasFailed
    {
        get => _hasFailed;
        set => _hasFailed = value;
    }

    /// <summary>Whether it has its turn at the gate.</summary>
    public Turn Turn { get; set; }

    /// <summary>Whether it goes to the dead-letter sink.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>What the store had carried out when this failed last, or began.</summary>
    private long Successes { get; set; } = successes;

    public void Remove(PendingWrite<TKey, TValue> write)
    {
        Writes.Remove(write);
        Count = Writes.Count;
    }

    public void Clear()
    {
        Writes.Clear();
        Count = 0;
    }

    /// <summary>Counts a failure, if the store has carried out something else since the one before: it is not down then.</summary>
    public void CountAttempt(long successes)
    {
        if (successes == Successes)
            return;
        Successes = successes;
        Attempts++;
    }
}

/// <summary>A batch as it was first given to the store. Safe for any number of threads.</summary>
internal sealed class WriteOrigin
{
    private volatile bool _hasSucceeded;

    /// <summary>Whether the store has carried out some of it: it was up, and what of it fails may fail for a reason of its own.</summary>
    public bool HasSucceeded
    {
        get => _hasSucceeded;
        set => _hasSucceeded = value;
    }
}

/// <summary>What a unit has to do before it may ask the store.</summary>
internal enum Turn
{
    /// <summary>It must wait for its turn.</summary>
    None,

    /// <summary>It has its turn.</summary>
    Now,

    /// <summary>It has its turn, to find out whether a store is up again: one write is enough.</summary>
    Probe,

    /// <summary>It is part of a batch that has failed: it pauses first, as for a failure of its own.</summary>
    Pause,
}
