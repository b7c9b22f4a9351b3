using BitFaster.Caching.Lru;

namespace CacheRing.Invalidation;

/// <summary>
/// The ways of a place through the queues: as in the library's own policy, but one that is empty and that nobody asked for goes
/// at once.
/// </summary>
internal readonly struct LocalSlotPolicy : IItemPolicy<string, LocalSlot, LocalSlot>
{
    public TimeSpan TimeToLive => Timeout.InfiniteTimeSpan;

    public LocalSlot CreateItem(string key, LocalSlot value) => value;

    public void Touch(LocalSlot item) => item.MarkAccessed();

    public void Update(LocalSlot item)
    {
    }

    // Whether an entry is still good is asked of it, not of its place.
    public bool ShouldDiscard(LocalSlot item) => false;

    public bool CanDiscard() => false;

    public ItemDestination RouteHot(LocalSlot item) => Route(item);

    public ItemDestination RouteWarm(LocalSlot item) => Route(item);

    public ItemDestination RouteCold(LocalSlot item) =>
        item.WasAccessed && !item.WasRemoved ? ItemDestination.Warm : ItemDestination.Remove;

    private static ItemDestination Route(LocalSlot item)
    {
        if (item.WasRemoved)
            return ItemDestination.Remove;
        if (item.WasAccessed)
            return ItemDestination.Warm;
        return item.IsEmpty ? ItemDestination.Remove : ItemDestination.Cold;
    }
}
