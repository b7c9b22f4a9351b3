namespace CacheRing.Nodes;

/// <summary>How long a node may take: see <see cref="FailoverOptions"/>.</summary>
internal readonly record struct NodeTimings(TimeSpan Operation, TimeSpan Connect, TimeSpan Reconnect)
{
    /// <summary>How long a call waits for the very first attempt to connect.</summary>
    public TimeSpan FirstConnect => 2 * Connect;
}
