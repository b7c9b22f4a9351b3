namespace CacheRing.Entries;

/// <summary>
/// Which optional fields a header has and how the value is kept. A reader that meets a flag it does not know cannot tell
/// where the value begins, and reads a miss.
/// </summary>
[Flags]
internal enum EntryFlags : byte
{
    None = 0,

    /// <summary>Eight bytes follow: the absolute deadline.</summary>
    AbsoluteDeadline = 1 << 0,

    /// <summary>Eight bytes follow: the sliding window.</summary>
    SlidingWindow = 1 << 1,

    // Taken, so that no other meaning is given to it: 1 << 3 compression. 1 << 2 is free.

    /// <summary>No field: a short-lived copy on a node that does not own the key, for while the owner is out.</summary>
    Guest = 1 << 4,

    /// <summary>The length of the key and the key follow: the node knows it by its hash alone.</summary>
    FullKey = 1 << 5,

    /// <summary>The length of the annex and the annex follow: what a loader knows of the value (see EntryAnnex).</summary>
    Annex = 1 << 6,

    Known = AbsoluteDeadline | SlidingWindow | Guest | FullKey | Annex,
}
