namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Remembers the last changes of the nodes' health.</summary>
internal sealed class HealthLog : IHostedService
{
    private const int Kept = 20;

    private readonly Queue<HealthChange> _changes = new(Kept);
    private readonly Lock _gate = new();
    private readonly IShardedCache _cache;
    private readonly TimeProvider _time;

    public HealthLog(IShardedCache cache, TimeProvider time)
    {
        _cache = cache;
        _time = time;
    }

    /// <summary>From the oldest to the latest.</summary>
    public HealthChange[] Latest()
    {
        lock (_gate)
            return [.. _changes];
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _cache.NodeHealthChanged += Remember;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _cache.NodeHealthChanged -= Remember;
        return Task.CompletedTask;
    }

    private void Remember(object? sender, NodeHealthChangedEventArgs change)
    {
        if (IsProbe(change))
            return;

        lock (_gate)
        {
            if (_changes.Count == Kept)
                _changes.Dequeue();
            _changes.Enqueue(new HealthChange(_time.GetUtcNow(), change.NodeName, change.Previous, change.Current, change.Reason?.Kind));
        }
    }

    // A node that is out is probed every second: after ten of them nothing else would be left here.
    private static bool IsProbe(NodeHealthChangedEventArgs change) =>
        (change.Previous, change.Current) is (NodeHealth.Ejected, NodeHealth.Probing) or (NodeHealth.Probing, NodeHealth.Ejected);
}
