namespace CacheRing;

/// <summary>How matters stand with a write-behind cache, at one moment.</summary>
/// <param name="Pending">Writes that the store does not have yet.</param>
/// <param name="PendingBytes">The bytes of their keys and serialized values.</param>
/// <param name="Lag">How long the oldest of them has waited.</param>
/// <param name="Failing">Writes that have failed and are tried again.</param>
/// <param name="DeadLetters">Writes that were given up since the start.</param>
/// <param name="IsStoreDown">Whether the store takes no writes: it is tried with one at a time, and nothing is given up.</param>
/// <param name="LastFailure">The type of the store's last exception, if no write has succeeded since; else null.</param>
public sealed record WriteBehindStatus(int Pending, long PendingBytes, TimeSpan Lag, int Failing, long DeadLetters, bool IsStoreDown, string? LastFailure)
{
    /// <summary>Writes that the store has failed with and was given again, since the start.</summary>
    public long Retries { get; init; }

    /// <summary>The writes of the last batch that the store was given; 0 before the first.</summary>
    public int LastBatch { get; init; }
}
