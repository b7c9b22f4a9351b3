namespace CacheRing;

/// <summary>How matters stand with a write-behind cache, at one moment.</summary>
/// <param name="Pending">Writes that the store does not have yet.</param>
/// <param name="PendingBytes">Their bytes, where they are counted (a journal, or a bound in bytes); else 0.</param>
/// <param name="Lag">How long the oldest of them has waited.</param>
/// <param name="Failing">Keys whose last write has failed and is tried again.</param>
/// <param name="DeadLetters">Writes that were given up since the start.</param>
/// <param name="LastFailure">The type of the store's last exception, if no write has succeeded since; else null.</param>
public sealed record WriteBehindStatus(int Pending, long PendingBytes, TimeSpan Lag, int Failing, long DeadLetters, string? LastFailure);
