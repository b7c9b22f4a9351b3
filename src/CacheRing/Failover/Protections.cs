namespace CacheRing.Failover;

/// <summary>
/// The rules that keep a node which comes back from serving what it had. All are on, always; the tests take out one at a time,
/// to see that its absence is found.
/// </summary>
[Flags]
internal enum Protections
{
    None = 0,

    /// <summary>An answer counts only on the connection that the node was greeted on.</summary>
    Connection = 1 << 0,

    /// <summary>A generation counts only in the server process that it was recorded for.</summary>
    Process = 1 << 1,

    /// <summary>An entry is readable in its own generation, and not in earlier ones.</summary>
    Equality = 1 << 2,

    /// <summary>Writes and removes that a node has not carried out are kept and delivered.</summary>
    Hints = 1 << 3,

    /// <summary>Until then the client that made them reads a miss.</summary>
    Quarantine = 1 << 4,

    /// <summary>Writes without an answer are ruled out before a node is used again.</summary>
    Doubts = 1 << 5,

    /// <summary>First they are ruled out, then hints are delivered, then the node is used.</summary>
    ReplayOrder = 1 << 6,

    /// <summary>When hints are lost, the node gets a new generation.</summary>
    OverflowFence = 1 << 7,

    /// <summary>What was loaded is stored only if nothing wrote or removed the key since the miss.</summary>
    Tokens = 1 << 8,

    /// <summary>A write without an answer is doubted on every connection that it may have gone out on, not on the first alone.</summary>
    WriteNumbers = 1 << 9,

    All = (1 << 10) - 1,
}
