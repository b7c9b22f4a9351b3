namespace CacheRing;

/// <summary>What this client knows of a node at one moment.</summary>
/// <param name="Name">The configured name of the node.</param>
/// <param name="Health">How this client stands to it.</param>
/// <param name="QueuedKeys">Keys whose writes or removes it has not carried out yet; they read as misses.</param>
/// <param name="LastFailure">Why it is not healthy; null when it is.</param>
public sealed record NodeStatus(string Name, NodeHealth Health, int QueuedKeys, NodeException? LastFailure);
