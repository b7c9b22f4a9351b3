namespace CacheRing;

/// <summary>
/// A node could not do what it was asked. The message says which node, why, and what to do about it; it holds no key, no
/// value and no credential.
/// </summary>
public sealed class NodeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="nodeName">The configured name of the node.</param>
    /// <param name="kind">Why it failed.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="innerException">What the transport reported.</param>
    public NodeException(string nodeName, NodeFailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        NodeName = nodeName;
        Kind = kind;
    }

    /// <summary>The configured name of the node.</summary>
    public string NodeName { get; }

    /// <summary>Whether the command may still take effect: it was sent, or will be, and nobody has refused it.</summary>
    internal bool MayTakeEffect { get; init; }

    /// <summary>Whether the node was not even asked, as this process has more under way than the connection can take: no failure of the node.</summary>
    internal bool IsOfThisProcess { get; init; }

    /// <summary>
    /// Whether the server took a connection and it was lost then: another attempt may well succeed, where one that is refused tells that
    /// nobody listens.
    /// </summary>
    internal bool WasReached { get; init; }

    /// <summary>Why it failed.</summary>
    public NodeFailureKind Kind { get; }

    /// <summary>The same of a connection that was made before it was lost.</summary>
    internal NodeException AsReached() => Kind != NodeFailureKind.Unreachable
        ? this
        : new NodeException(NodeName, Kind, Message, InnerException) { MayTakeEffect = MayTakeEffect, WasReached = true };
}
