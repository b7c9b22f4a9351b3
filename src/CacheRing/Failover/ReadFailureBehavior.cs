namespace CacheRing;

/// <summary>What a read does when the node that owns its key does not answer.</summary>
public enum ReadFailureBehavior
{
    /// <summary>The read is a miss: the app goes on, with its database.</summary>
    Miss = 0,

    /// <summary>The read throws <see cref="NodeException"/>, for callers to whom a false miss does harm.</summary>
    Throw,
}
