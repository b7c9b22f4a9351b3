using BitFaster.Caching;
using BitFaster.Caching.Lru;

namespace CacheRing.Invalidation;

/// <summary>Hears of the places that the queues give up, and of nothing else: a hit counts nothing.</summary>
internal readonly struct LocalTelemetry : ITelemetryPolicy<string, LocalSlot>
{
    private readonly LocalLedger _ledger;

    public LocalTelemetry(LocalLedger ledger) => _ledger = ledger;

    public event EventHandler<ItemRemovedEventArgs<string, LocalSlot>> ItemRemoved
    {
        add { }
        remove { }
    }

    public event EventHandler<ItemUpdatedEventArgs<string, LocalSlot>> ItemUpdated
    {
        add { }
        remove { }
    }

    public double HitRatio => 0;

    public long Total => 0;

    public long Hits => 0;

    public long Misses => 0;

    public long Evicted => 0;

    public long Updated => 0;

    public void IncrementHit()
    {
    }

    public void IncrementMiss()
    {
    }

    public void OnItemRemoved(string key, LocalSlot value, ItemRemovedReason reason) => value.Retire(_ledger);

    public void OnItemUpdated(string key, LocalSlot oldValue, LocalSlot value)
    {
    }

    public void SetEventSource(object source)
    {
    }
}
