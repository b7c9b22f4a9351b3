namespace CacheRing.Failover;

/// <summary>What a failure says about its node.</summary>
internal enum FailureClass
{
    /// <summary>Nothing: the node is well, and refuses this one value or key.</summary>
    OfTheEntry,

    /// <summary>
    /// Nothing of its reads: it takes no writes and no removes for now. It stays in use, and what it has refused waits; it goes out when
    /// more is refused than is kept.
    /// </summary>
    OfTheWrites,

    /// <summary>
    /// Nothing that its connection does not say, once for all calls: it was lost, or nothing came in time, for which this process may
    /// be to blame.
    /// </summary>
    OfTheConnection,

    /// <summary>It cannot serve now, and may be able to in a moment. Enough of them in a row eject it.</summary>
    Passing,

    /// <summary>It will refuse until somebody changes its configuration, or ours. It is ejected at once.</summary>
    Lasting,
}

/// <summary>The class of each kind of failure.</summary>
internal static class FailureClasses
{
    public static FailureClass Of(NodeFailureKind kind) => kind switch
    {
        // A full server takes reads and removes: the remove that follows a refused write goes through.
        NodeFailureKind.OutOfMemory or NodeFailureKind.ForeignData or NodeFailureKind.ValueTooLarge => FailureClass.OfTheEntry,
        NodeFailureKind.WritesRefused => FailureClass.OfTheWrites,
        NodeFailureKind.Unreachable or NodeFailureKind.Timeout => FailureClass.OfTheConnection,
        NodeFailureKind.AccessDenied or NodeFailureKind.ReadOnly or NodeFailureKind.ClusterNode => FailureClass.Lasting,
        _ => FailureClass.Passing,
    };

    /// <summary>Whether to try a read again: not when its time is up, nor when the answer will be the same.</summary>
    public static bool IsWorthARetry(NodeFailureKind kind) => kind is NodeFailureKind.Unreachable or NodeFailureKind.Busy;
}
