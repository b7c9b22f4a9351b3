namespace CacheRing.IntegrationTests.History;

/// <summary>One line of the table: what happens, to which kind of cache, and how stale a read may then be.</summary>
internal sealed record HistoryCase(
    string Fault, Func<FaultScene, Task> Script, Transport Transport, FailoverMode Mode = FailoverMode.Miss, FencePolicy Policy = FencePolicy.OnDoubt)
{
    // The longest time for which a client goes without looking at a node's generation, and how long the look may take.
    private static readonly TimeSpan FenceNoticed = TimeSpan.FromSeconds(1.5);

    public int Servers { get; init; } = 3;

    /// <summary>
    /// On Redis none: what is late is ended with its connection. Memcached has no means to do that, only a new generation, and
    /// other clients notice it within the time for which they trust the one they know.
    /// </summary>
    public TimeSpan Bound => Transport == Transport.Redis ? TimeSpan.Zero : FenceNoticed;

    /// <summary>Whether some writes cannot but be queued.</summary>
    public bool HasOutage => Script != FaultScripts.RecordDeletedAsync;

    public override string ToString() =>
        $"{Fault}, {Transport}, {Mode}" + (Policy == FencePolicy.OnDoubt ? "" : $", {Policy}");
}
