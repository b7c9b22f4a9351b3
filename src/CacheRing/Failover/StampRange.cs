namespace CacheRing.Failover;

/// <summary>Stamps one after the other, as one client gives them out. They may run over the highest number to the lowest.</summary>
internal readonly record struct StampRange(ulong First, ulong Last)
{
    public bool Contains(ulong stamp) => stamp - First <= Last - First;

    /// <summary>The shortest range that has both, of this one and of one that begins no earlier.</summary>
    public StampRange Merge(StampRange later) => Contains(later.Last) ? this : new(First, later.Last);
}
