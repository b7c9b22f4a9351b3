using CacheRing.Diagnostics;
using CacheRing.Failover;
using CacheRing.Nodes;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sharding;

/// <summary>A node with all that is kept about it: its transport, its counters, its log.</summary>
internal sealed class Shard
{
    private readonly NodeMeter _meter;
    private readonly NodeFaultLog _faults;
    private readonly ILogger _logger;
    private int _unreadableReported;

    public Shard(ICacheNode node, CacheMeter meter, ILogger logger, TimeProvider time)
    {
        Node = node;
        _logger = logger;
        _meter = new NodeMeter(meter, node.Name);
        _faults = new NodeFaultLog(node.Name, logger, time);
    }

    public ICacheNode Node { get; }

    public void Answered(CacheOperation operation, CacheOutcome outcome, int keys = 1)
    {
        _faults.Succeeded();
        _meter.Count(operation, outcome, keys);
    }

    public void Failed(CacheOperation operation, NodeException failure, string key)
    {
        Failed(operation, failure, keys: 1);
        LogEvents.CallFailed(_logger, operation, key, Node.Name, failure);
    }

    public void Failed(CacheOperation operation, NodeException failure, int keys)
    {
        _faults.Failed(failure, operation, keys);
        _meter.Count(operation, CacheOutcome.Failed, keys);
        _meter.CountFailure(failure.Kind);
    }

    /// <summary>Says once that the node holds something else than entries.</summary>
    public void FoundUnreadable()
    {
        if (Interlocked.Exchange(ref _unreadableReported, 1) == 0)
            LogEvents.UnreadableEntry(_logger, Node.Name);
    }
}
