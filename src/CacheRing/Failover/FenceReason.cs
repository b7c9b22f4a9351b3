namespace CacheRing.Failover;

/// <summary>Why a node is given a new generation.</summary>
internal enum FenceReason
{
    /// <summary>It has no record: it is new, was restarted empty, or has lost it.</summary>
    NoRecord,

    /// <summary>Its record was made for another process: it was restarted, with what it had some time ago.</summary>
    OtherProcess,

    /// <summary>Its record is older than known: its data have gone back.</summary>
    OlderRecord,

    /// <summary>It has records that differ, and nothing says which is right.</summary>
    DifferingRecords,

    /// <summary>This client has given up writes and removes that the node has not carried out.</summary>
    LostHints,

    /// <summary>A write of this client's may still arrive, and cannot be kept from it.</summary>
    LateWrites,

    /// <summary>It was ejected, and the options ask for it.</summary>
    Ejection,
}
