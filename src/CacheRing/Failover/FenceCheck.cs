namespace CacheRing;

/// <summary>How often a read asks for the node's generation as well.</summary>
public enum FenceCheck
{
    /// <summary>
    /// When it has not been confirmed for <see cref="FailoverOptions.FenceCheckInterval"/>: one extra key in the same round
    /// trip, by clients that read.
    /// </summary>
    Interval = 0,

    /// <summary>With every read: another client's fence holds at once.</summary>
    EveryRead,
}
