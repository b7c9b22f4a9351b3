namespace CacheRing;

/// <summary>How far a remove has come.</summary>
public enum RemoveOutcome
{
    /// <summary>
    /// Every node that must know of it has answered: no read that starts from now on, by any client, returns an older value.
    /// </summary>
    Applied = 0,

    /// <summary>
    /// A node has not answered. This client reads the key as a miss from now on; the others may read the older value until the
    /// remove has been delivered, which happens before this client uses the node again.
    /// </summary>
    Queued,
}
