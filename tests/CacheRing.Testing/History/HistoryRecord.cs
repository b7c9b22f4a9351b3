using System.Runtime.InteropServices;

namespace CacheRing.Testing.History;

/// <summary>What a client did.</summary>
public enum HistoryKind : byte
{
    Read = 1,

    /// <summary>It stored a new version in the cache.</summary>
    Write,

    /// <summary>It removed the key, since the store has a new version.</summary>
    Remove,

    /// <summary>It saw that all its nodes were healthy and that none of its writes and removes was left to be delivered.</summary>
    Settled,
}

/// <summary>What came of it.</summary>
public enum HistoryOutcome : byte
{
    Hit = 1,
    Miss,

    /// <summary>A read gave bytes that are not a value of this key.</summary>
    Foreign,
    Applied,
    Queued,

    /// <summary>It was applied or queued, and did not say which.</summary>
    Unsaid,

    /// <summary>It threw, and says nothing.</summary>
    Failed,
}

/// <summary>
/// One line of a history. The version is, of a read, the one it gave; of a write or remove, the one it made known; else 0.
/// Times are of the clock that all processes of a machine share, which never goes back.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct HistoryRecord(
    HistoryKind Kind, HistoryOutcome Outcome, short Client, int Key, long Version, long Begun, long Ended);
