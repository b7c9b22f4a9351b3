namespace CacheRing.Writes;

/// <summary>Settings of a queue of writes; see <c>WriteBehindOptions</c>, which they come from.</summary>
internal sealed record WriteQueueSettings
{
    public required string Name { get; init; }

    public required TimeSpan BatchDelay { get; init; }

    public required int BatchSize { get; init; }

    public required int FlushAtPending { get; init; }

    public required int MaxParallelBatches { get; init; }

    public required int MaxPending { get; init; }

    public required long MaxPendingBytes { get; init; }

    public required TimeSpan? MaxAge { get; init; }

    public required bool Refuses { get; init; }

    public required TimeSpan FullTimeout { get; init; }

    public required int MaxAttempts { get; init; }

    public required TimeSpan RetryDelay { get; init; }

    public required TimeSpan MaxRetryDelay { get; init; }

    public required TimeSpan StoreTimeout { get; init; }

    public required bool HoldsKeys { get; init; }
}
