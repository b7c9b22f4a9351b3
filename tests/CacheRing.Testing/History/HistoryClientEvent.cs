namespace CacheRing.Testing.History;

/// <summary>What a client process says, one JSON line each.</summary>
/// <remarks>Its name is one of ready, done, settled, swept and failed; counts and times come with done.</remarks>
public sealed record HistoryClientEvent(string Event)
{
    public long Hits { get; init; }

    public long Misses { get; init; }

    public double LongestMilliseconds { get; init; }

    public double P99Milliseconds { get; init; }

    /// <summary>What kept it from going on.</summary>
    public string? Reason { get; init; }
}
