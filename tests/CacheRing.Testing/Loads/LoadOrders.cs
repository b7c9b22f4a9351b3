namespace CacheRing.Testing.Loads;

/// <summary>To call for a key, all callers at the same moment.</summary>
public sealed record CallOrder
{
    /// <summary>A load that never ends.</summary>
    public const int ForEver = -1;

    public required int Key { get; init; }

    public int Callers { get; init; } = 1;

    /// <summary>How long a load takes, if it comes to that.</summary>
    public int LoadMilliseconds { get; init; }

    /// <summary>The moment, of <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>; what is past is at once.</summary>
    public long At { get; init; }
}

/// <summary>To read keys and to change them in the database, by chance, and to find reads that are stale.</summary>
public sealed record MixOrder
{
    public required int Operations { get; init; }

    public int Workers { get; init; } = 4;

    /// <summary>Of a hundred operations, how many are changes.</summary>
    public int Changes { get; init; } = 10;

    public int Seed { get; init; } = 1;

    /// <summary>
    /// Whether to ask the cache what has become of a removal, and to count on those alone that were carried out; or to take it
    /// for done when the call returns.
    /// </summary>
    public bool AsksForOutcome { get; init; }

    /// <summary>Whether to read and write through the cache, and not beside it.</summary>
    public bool Through { get; init; }
}

/// <summary>What a client answers.</summary>
public sealed record LoadAnswer
{
    /// <summary>How many calls were served.</summary>
    public long Reads { get; init; }

    /// <summary>The values that they were given, without repetitions.</summary>
    public IReadOnlyList<long> Values { get; init; } = [];

    public long Changes { get; init; }

    /// <summary>Changes whose removal was queued.</summary>
    public long Queued { get; init; }

    /// <summary>Reads of something older than what was known to be removed when they began.</summary>
    public long Stale { get; init; }

    /// <summary>For how long that had been known, at most.</summary>
    public double StalestMilliseconds { get; init; }

    /// <summary>What kept it from obeying.</summary>
    public string? Failure { get; init; }
}
