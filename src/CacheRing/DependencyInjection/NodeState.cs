namespace CacheRing;

/// <summary>Whether a configured node takes part.</summary>
public enum NodeState
{
    /// <summary>The node owns its share of the keys.</summary>
    Active = 0,

    /// <summary>
    /// The node owns no key. Its slot in a jump ring stays taken, so that only its own keys move, and come back with it.
    /// </summary>
    Retired,
}
