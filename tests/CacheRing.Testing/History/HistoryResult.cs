namespace CacheRing.Testing.History;

/// <summary>What a checked history holds.</summary>
public sealed record HistoryResult
{
    public int Reads { get; init; }

    public int Hits { get; init; }

    public int Writes { get; init; }

    public int Removes { get; init; }

    /// <summary>Writes and removes that were applied at once.</summary>
    public int Applied { get; init; }

    /// <summary>Writes and removes that were queued.</summary>
    public int Queued { get; init; }

    /// <summary>Operations that threw.</summary>
    public int Failed { get; init; }

    public IReadOnlyList<HistoryFinding> Findings { get; init; } = [];

    public TimeSpan WorstStaleness => Findings.Select(static finding => finding.Staleness).DefaultIfEmpty().Max();

    /// <summary>
    /// What a bound does not excuse: reads staler than it. Who wrote a key, and what was never written, has none.
    /// </summary>
    public IReadOnlyList<HistoryFinding> Beyond(TimeSpan bound) =>
        [.. Findings.Where(finding => finding.Kind != FindingKind.Stale || finding.Staleness > bound)];

    public override string ToString() =>
        $"{Reads} reads, {Hits} hits, {Writes} writes, {Removes} removes, {Applied} applied, {Queued} queued, {Failed} failed, "
        + FormattableString.Invariant($"{Findings.Count} findings, worst staleness {WorstStaleness.TotalMilliseconds:0.###} ms");
}
