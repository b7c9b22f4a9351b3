namespace CacheRing.Failover;

/// <summary>What can happen to a node, as far as its health is concerned.</summary>
internal enum HealthEvent
{
    /// <summary>A call failed.</summary>
    Failed,

    /// <summary>A call succeeded.</summary>
    Succeeded,

    /// <summary>What is believed of it does not hold any more: another connection, lost hints, another record.</summary>
    Distrusted,

    /// <summary>The circuit has opened.</summary>
    Opened,

    /// <summary>The circuit lets a probe through.</summary>
    HalfOpened,

    /// <summary>The probe was answered.</summary>
    Answered,

    /// <summary>All it missed has been made good.</summary>
    Joined,
}

/// <summary>
/// The transitions between the states of <see cref="NodeHealth"/>: all of them. What is not listed changes nothing.
/// </summary>
internal static class HealthTable
{
    public static NodeHealth Next(NodeHealth state, HealthEvent what) => (state, what) switch
    {
        (NodeHealth.Healthy, HealthEvent.Failed) => NodeHealth.Suspect,
        (NodeHealth.Healthy, HealthEvent.Distrusted) => NodeHealth.Rejoining,
        (NodeHealth.Healthy, HealthEvent.Opened) => NodeHealth.Ejected,

        (NodeHealth.Suspect, HealthEvent.Succeeded) => NodeHealth.Healthy,
        (NodeHealth.Suspect, HealthEvent.Joined) => NodeHealth.Healthy,
        (NodeHealth.Suspect, HealthEvent.Distrusted) => NodeHealth.Rejoining,
        (NodeHealth.Suspect, HealthEvent.Opened) => NodeHealth.Ejected,

        (NodeHealth.Ejected, HealthEvent.HalfOpened) => NodeHealth.Probing,

        (NodeHealth.Probing, HealthEvent.Answered) => NodeHealth.Rejoining,
        (NodeHealth.Probing, HealthEvent.Opened) => NodeHealth.Ejected,

        (NodeHealth.Rejoining, HealthEvent.Joined) => NodeHealth.Healthy,
        (NodeHealth.Rejoining, HealthEvent.Opened) => NodeHealth.Ejected,

        _ => state,
    };

    /// <summary>Whether calls go to a node in this state.</summary>
    public static bool IsServing(NodeHealth state) => state is NodeHealth.Healthy or NodeHealth.Suspect;
}
