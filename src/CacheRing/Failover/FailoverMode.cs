namespace CacheRing;

/// <summary>Who answers for a node that is out of service.</summary>
public enum FailoverMode
{
    /// <summary>Nobody: its keys are misses until it is back. One dead node of N costs a share of 1/N of the hits.</summary>
    Miss = 0,

    /// <summary>
    /// The next node on the key's preference list, with short-lived copies (<see cref="FailoverOptions.GuestLifetime"/>). Writes
    /// and removes then go to two nodes each, always, so that a value removed by one client is read by none.
    /// </summary>
    NextNode,
}
