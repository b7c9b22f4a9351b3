using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Nodes;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sharding;

/// <summary>A node with all that is kept about it, and what its answers mean: entries opened, calls counted, failures logged.</summary>
internal sealed class Shard : INodeClient
{
    private readonly EntryCodec _codec;
    private readonly NodeMeter _meter;
    private readonly NodeFaultLog _faults;
    private readonly ILogger _logger;
    private readonly bool _throwOnReadFailure;
    private int _unreadableReported;

    public Shard(ICacheNode node, ShardServices services)
    {
        Node = node;
        _codec = services.Codec;
        _logger = services.Logger;
        _throwOnReadFailure = services.OnReadFailure == ReadFailureBehavior.Throw;
        _meter = new NodeMeter(services.Meter, node.Name);
        _faults = new NodeFaultLog(node.Name, services.Logger, services.Time);
    }

    public ICacheNode Node { get; }

    public bool TryOpen(string key, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
    {
        bool isLive = TryRead(key, stored, out value);
        Answered(CacheOperation.Get, isLive ? CacheOutcome.Hit : CacheOutcome.Miss);
        return isLive;
    }

    /// <summary>The value, if the bytes are a live entry; renews a sliding one without waiting. Counts nothing.</summary>
    public bool TryRead(string key, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
    {
        value = default;
        EntryReading reading = _codec.Read(key, stored, out OpenedEntry opened);
        if (reading != EntryReading.Live)
        {
            if (reading == EntryReading.Unreadable && Interlocked.Exchange(ref _unreadableReported, 1) == 0)
                LogEvents.UnreadableEntry(_logger, Node.Name);
            return false;
        }

        if (opened.Renewal is { } renewal)
            Node.ExpireUnawaited(key, renewal);
        value = stored[opened.ValueOffset..];
        return true;
    }

    /// <summary>The form in which this node keeps a value.</summary>
    public PooledEntry Encode(string key, in ReadOnlySequence<byte> value, EntryLifetime lifetime) =>
        _codec.Encode(value, lifetime, Node.KeepsKeyInEntry(key) ? key : null);

    public void Missed() => Answered(CacheOperation.Get, CacheOutcome.Miss);

    public void Done(CacheOperation operation) => Answered(operation, CacheOutcome.Ok);

    public void ReadFailed(string key, NodeException failure)
    {
        Failed(CacheOperation.Get, key, failure);
        if (_throwOnReadFailure)
            throw failure;
    }

    public void WriteFailed(CacheOperation operation, string key, NodeException failure) => Failed(operation, key, failure);

    public void Answered(CacheOperation operation, CacheOutcome outcome, int keys = 1)
    {
        _faults.Succeeded();
        _meter.Count(operation, outcome, keys);
    }

    private void Failed(CacheOperation operation, string key, NodeException failure)
    {
        Failed(operation, failure, keys: 1);
        LogEvents.CallFailed(_logger, operation, key, Node.Name, failure);
    }

    /// <summary>A whole part of a batch failed.</summary>
    public void Failed(CacheOperation operation, NodeException failure, int keys)
    {
        _faults.Failed(failure, operation, keys);
        _meter.Count(operation, CacheOutcome.Failed, keys);
        _meter.CountFailure(failure.Kind);
    }
}
