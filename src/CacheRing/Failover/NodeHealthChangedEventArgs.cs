namespace CacheRing;

/// <summary>A node's health has changed, as this client sees it.</summary>
public sealed class NodeHealthChangedEventArgs : EventArgs
{
    internal NodeHealthChangedEventArgs(string nodeName, NodeHealth previous, NodeHealth current, NodeException? reason)
    {
        NodeName = nodeName;
        Previous = previous;
        Current = current;
        Reason = reason;
    }

    /// <summary>The configured name of the node.</summary>
    public string NodeName { get; }

    /// <summary>What it was.</summary>
    public NodeHealth Previous { get; }

    /// <summary>What it is now.</summary>
    public NodeHealth Current { get; }

    /// <summary>The last failure, where one led to the change; else null.</summary>
    public NodeException? Reason { get; }
}
