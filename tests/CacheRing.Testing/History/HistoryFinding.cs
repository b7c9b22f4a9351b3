using System.Diagnostics;

namespace CacheRing.Testing.History;

/// <summary>What is wrong with a read.</summary>
public enum FindingKind
{
    /// <summary>It gave a version older than one whose write or remove had been applied before it began.</summary>
    Stale,

    /// <summary>It gave a version older than one that the same client had written or removed before, applied or not.</summary>
    StaleToItsWriter,

    /// <summary>It gave what was never written under its key.</summary>
    WrongValue,
}

/// <summary>
/// A read that should not have given what it gave: with the oldest version it might have given, and how long, when it began,
/// it had been bound to give a newer one.
/// </summary>
public sealed record HistoryFinding(FindingKind Kind, HistoryRecord Read, long Required, TimeSpan Staleness)
{
    public override string ToString() =>
        $"{Kind}: client {Read.Client} read version {Read.Version} of key {Read.Key}, not {Required} or later, "
        + FormattableString.Invariant($"{Staleness.TotalMilliseconds:0.###} ms too late; begun at {Read.Begun}, ended {Took(Read)} ms later");

    private static string Took(HistoryRecord read) =>
        FormattableString.Invariant($"{Stopwatch.GetElapsedTime(read.Begun, read.Ended).TotalMilliseconds:0.###}");
}
