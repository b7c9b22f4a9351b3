namespace CacheRing;

/// <summary>
/// When a client that returns to a node gives it a new generation, which makes everything on it unreadable, for everyone.
/// </summary>
public enum FencePolicy
{
    /// <summary>
    /// Only when something that must not be read may be on it and cannot be removed otherwise: the node was restarted, its
    /// record is missing or older than known, this client has lost removes (too many, too old), or a late write cannot be
    /// ruled out. A client with a flaky connection costs the others nothing.
    /// </summary>
    OnDoubt = 0,

    /// <summary>
    /// After every ejection too, unless somebody else has done so. Covers the removes of clients that died while the node was
    /// out, at the price of the node's whole content.
    /// </summary>
    OnEjection,
}
