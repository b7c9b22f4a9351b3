using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Nodes;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sharding;

/// <summary>A node with all that is kept about it, and what its answers mean: entries opened, calls counted, failures logged.</summary>
internal sealed partial class Shard : INodeClient, IAsyncDisposable
{
    private const int MostWaits = 3;

    private readonly EntryCodec _codec;
    private readonly NodeMeter _meter;
    private readonly NodeFaultLog _faults;
    private readonly NodePipeline _pipeline;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _guestLifetime;
    private readonly bool _throwOnReadFailure;
    private readonly bool _endsOnTime;
    private int _unreadableReported;

    public Shard(ICacheNode node, ShardServices services, Action<NodeHealthChangedEventArgs> onHealthChange)
    {
        Node = node;
        GuardSettings settings = services.Guards;
        _codec = services.Codec;
        _logger = settings.Logger;
        _time = settings.Time;
        _guestLifetime = settings.Options.GuestLifetime;
        _endsOnTime = node.Traits.EndsOnTime;
        _throwOnReadFailure = settings.Options.OnReadFailure == ReadFailureBehavior.Throw;
        _meter = new NodeMeter(services.Meter, node.Name);
        _faults = new NodeFaultLog(node.Name, settings.Logger, settings.Time);
        _pipeline = new NodePipeline(node.Name, settings);
        Guard = new NodeGuard(node, settings, _meter, onHealthChange);
    }

    public ICacheNode Node { get; }

    public NodeGuard Guard { get; }

    /// <summary>Whether a key may be read by the node's own call, with nothing around it.</summary>
    public bool ReadsDirectly(string key) => Guard.CanRead(key) && !_pipeline.IsUsers;

    /// <summary>Whether a key may be removed by the node's own call.</summary>
    public bool RemovesDirectly(string key) => Guard.CanWrite(key) && !_pipeline.IsUsers;

    /// <summary>Whether a key may be written by the node's own call: in a generation that is known to be the node's.</summary>
    public bool WritesDirectly(string key) => RemovesDirectly(key) && Guard.IsFresh;

    public void Start()
    {
        Node.Start(this);
        Guard.Start();
    }

    public async ValueTask DisposeAsync()
    {
        // What the guard waits for ends with the node.
        Task guard = Guard.DisposeAsync().AsTask();
        await Node.DisposeAsync().ConfigureAwait(false);
        await guard.ConfigureAwait(false);
    }

    /// <summary>Waits while the node is being made ready, for the first time or on a new connection, and that is likely to be done at once.</summary>
    public ValueTask JoinedAsync(CancellationToken token)
    {
        // What is asked on a connection that was not greeted is answered by nobody that counts.
        if (Guard.IsServing && !Guard.IsCurrent(Node.Epoch))
            Guard.CheckConnection();
        return Guard.Joining.IsCompleted ? default : WaitAsync(token);
    }

    // Again, if the connection was lost once more by the time that this goes on; but not for ever.
    private async ValueTask WaitAsync(CancellationToken token)
    {
        for (int i = 0; i < MostWaits && !Guard.Joining.IsCompleted; i++)
            await Guard.Joining.WaitAsync(token).ConfigureAwait(false);
    }

    public void Connected() => Guard.Connected();

    public void Disconnected(NodeException failure)
    {
        _meter.CountFailure(failure.Kind);
        Guard.Disconnected(failure);
    }

    public void ConnectFailed(NodeException failure)
    {
        _meter.CountFailure(failure.Kind);
        Guard.ConnectFailed(failure);
    }

    public void Sending() => Guard.Sending();

    public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
    {
        bool isLive = TryRead(key, epoch, stored, asGuest: false, out value);
        Answered(CacheOperation.Get, isLive ? CacheOutcome.Hit : CacheOutcome.Miss);
        return isLive;
    }

    /// <summary>The value, if the bytes are a live entry; renews a sliding one without waiting. Counts nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="epoch">The connection's number from before it was asked for.</param>
    /// <param name="stored">The stored bytes.</param>
    /// <param name="asGuest">Whether this node is asked for one that is out, and not for a key of its own.</param>
    /// <param name="value">The part of them that is the value.</param>
    public bool TryRead(string key, int epoch, ReadOnlySpan<byte> stored, bool asGuest, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryUnpack(key, stored, out OpenedEntry opened) || opened.IsGuest != asGuest || !Guard.MayRead(epoch, opened.Generation, opened.Stamp))
            return false;
        if (opened.Renewal is { } renewal)
            Node.ExpireUnawaited(key, renewal);
        value = stored[opened.ValueOffset..];
        return true;
    }

    /// <summary>Whether the bytes are a live entry, of whatever generation.</summary>
    public bool TryUnpack(string key, ReadOnlySpan<byte> stored, out OpenedEntry opened)
    {
        EntryReading reading = _codec.Read(key, stored, _endsOnTime, out opened);
        if (reading == EntryReading.Unreadable && Interlocked.Exchange(ref _unreadableReported, 1) == 0)
            LogEvents.UnreadableEntry(_logger, Node.Name);
        return reading == EntryReading.Live;
    }

    /// <summary>The form in which this node keeps a value.</summary>
    public PooledEntry Encode(
        string key, in ReadOnlySequence<byte> value, EntryLifetime lifetime, bool asGuest = false, ReadOnlySpan<byte> annex = default) =>
        Encode(key, value, lifetime, Guard.Generation, asGuest, annex);

    public bool IsOvertaken(int epoch) => !Guard.IsCurrent(epoch);

    public void Missed() => Answered(CacheOperation.Get, CacheOutcome.Miss);

    public void Done(CacheOperation operation, string key, int epoch)
    {
        // Answered by whom? A node that was not greeted on this connection may forget, or be another.
        if (!Guard.IsCurrent(epoch))
            Undelivered(operation, key, lateSince: null);
        Answered(operation, CacheOutcome.Ok);
    }

    public async ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token)
    {
        Failed(CacheOperation.Get, failure, keys: 1);
        LogEvents.CallFailed(_logger, CacheOperation.Get, key, Node.Name, failure);
        if (_pipeline.CanRetry && FailureClasses.IsWorthARetry(failure.Kind))
        {
            try
            {
                return await _pipeline.RetryAsync(failure, token => ReadAgainAsync(key, token), token).ConfigureAwait(false);
            }
            catch (NodeException last)
            {
                failure = last;
            }
        }

        return _throwOnReadFailure ? throw failure : null;
    }

    public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0)
    {
        NotCarriedOut(operation, key, epoch, failure, stamp);
        if (failure is not null)
            Failed(operation, failure, keys: 1);
    }

    public void Answered(CacheOperation operation, CacheOutcome outcome, int keys = 1)
    {
        _faults.Succeeded();
        Guard.Succeeded();
        _meter.Count(operation, outcome, keys);
    }

    /// <summary>A call failed.</summary>
    public void Failed(CacheOperation operation, NodeException failure, int keys)
    {
        _faults.Failed(failure, operation, keys);
        Guard.Failed(failure);
        _meter.Count(operation, CacheOutcome.Failed, keys);
        _meter.CountFailure(failure.Kind);
    }

    private void NotCarriedOut(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp)
    {
        // What is not there any more needs no remove.
        if (failure?.Kind != NodeFailureKind.ValueTooLarge || !Node.Traits.DropsTooLarge)
            Undelivered(operation, key, failure is null or { MayTakeEffect: true } ? epoch : null, stamp);
        if (failure is not null)
            LogEvents.CallFailed(_logger, operation, key, Node.Name, failure);
    }

    // Only a write that is late does harm: a late remove removes what is there.
    private void Undelivered(CacheOperation operation, string key, int? lateSince, ulong stamp = 0)
    {
        // An older time of a tag does no harm, and the remove that a hint is would.
        if (operation == CacheOperation.Set && EverywhereKeys.Has(key))
            return;
        if (operation is CacheOperation.Set or CacheOperation.Remove)
            Guard.Undelivered(key, operation == CacheOperation.Set ? lateSince : null, stamp);
    }
}
