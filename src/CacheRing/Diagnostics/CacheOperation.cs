namespace CacheRing.Diagnostics;

/// <summary>What was asked of a node, as metrics and logs name it.</summary>
internal enum CacheOperation
{
    Get,
    Set,
    Remove,
    Refresh,
    Lease,
    Fill,
    Publish,
}
