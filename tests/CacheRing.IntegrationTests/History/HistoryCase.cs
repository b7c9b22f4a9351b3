namespace CacheRing.IntegrationTests.History;

/// <summary>One line of the table: what happens, to which kind of cache, and how stale a read may then be.</summary>
internal sealed record HistoryCase(string Fault, Func<FaultScene, Task> Script, Transport Transport, FailoverMode Mode = FailoverMode.Miss)
{
    // The longest time for which a client goes without looking at a node's generation, and how long the look may take.
    private static readonly TimeSpan FenceNoticed = TimeSpan.FromSeconds(1.5);

    public int Servers { get; init; } = 3;

    public FencePolicy Policy { get; init; }

    public FenceCheck Check { get; init; }

    /// <summary>Fewer than are queued make a client give them up.</summary>
    public int MaxHints { get; init; } = 10_000;

    /// <summary>
    /// What only a new generation rules out is seen by other clients until they look, and they look at each read or each second:
    /// on Memcached, where a late write cannot be ended with its connection; and everywhere when hints are given up.
    /// </summary>
    public TimeSpan Bound =>
        Check == FenceCheck.Interval && (Transport == Transport.Memcached || MaxHints < new FailoverOptions().MaxHints) ? FenceNoticed : TimeSpan.Zero;

    /// <summary>Whether some writes cannot but be queued.</summary>
    public bool HasOutage => Script != FaultScripts.RecordDeletedAsync;

    public override string ToString() => string.Join(", ", ((string[])
    [
        Fault,
        Transport.ToString(),
        Mode.ToString(),
        Policy == FencePolicy.OnDoubt ? "" : Policy.ToString(),
        Check == FenceCheck.Interval ? "" : Check.ToString(),
    ]).Where(static word => word.Length > 0));
}
