namespace CacheRing;

/// <summary>How a client stands to a node.</summary>
public enum NodeHealth
{
    /// <summary>It answers.</summary>
    Healthy = 0,

    /// <summary>Calls have failed, not yet enough of them in a row to give it up. It goes on being used.</summary>
    Suspect,

    /// <summary>Out of service until the next probe: reads are misses, removes are queued, nobody waits for it.</summary>
    Ejected,

    /// <summary>Out of service; it is being asked whether it is back.</summary>
    Probing,

    /// <summary>
    /// It answers, and is not used before everything it missed has been made good: also when a cache connects for the first
    /// time, and after every new connection.
    /// </summary>
    Rejoining,
}
