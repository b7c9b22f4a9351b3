namespace CacheRing.Diagnostics;

/// <summary>What a call of the hybrid cache came to, as metrics name it.</summary>
internal enum LoadOutcome
{
    /// <summary>From the process's own memory.</summary>
    LocalHit,

    /// <summary>From a node.</summary>
    Hit,

    /// <summary>An expired value from a node, as the load failed or took too long.</summary>
    Stale,

    /// <summary>Loaded.</summary>
    Loaded,

    /// <summary>The load failed.</summary>
    Failed,

    /// <summary>Joined another call for the same key.</summary>
    Shared,

    /// <summary>Loaded in the background, before the value expired.</summary>
    Refreshed,
}

/// <summary>Whether a value that was loaded could be stored, as metrics name it.</summary>
internal enum FillResult
{
    Stored,
    Refused,
    Dropped,
    TooLarge,
}

/// <summary>How a wait for another process's load ended, as metrics name it.</summary>
internal enum WaitOutcome
{
    /// <summary>The value came.</summary>
    Filled,

    /// <summary>The lease was free: it is loaded here.</summary>
    TookOver,

    /// <summary>It took longer than LeaseWait: it is loaded here as well.</summary>
    GaveUp,
}
