using CacheRing.Diagnostics;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// The steps by which a node that was greeted on a new connection, or that was out, may be used again. Their order is what
/// matters (docs/consistency.md): writes that may still arrive are ruled out, then the node gets a new generation if that is
/// due, then it removes what it missed, then it serves. Whatever fails ends the attempt, with nothing forgotten.
/// </summary>
internal sealed class Rejoiner
{
    private const int KeysPerDelivery = 512;
    private const int Deliveries = 3;
    private const int Races = 8;
    private static readonly TimeSpan FencesClose = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPenalty = TimeSpan.FromSeconds(30);

    private readonly ICacheNode _node;
    private readonly GuardSettings _settings;
    private readonly HintQueue _hints;
    private readonly DoubtList _doubts;
    private readonly Lock _pairing;
    private readonly NodeMeter _meter;
    private long _fencedAt;
    private int _fencesInARow;

    public Rejoiner(ICacheNode node, GuardSettings settings, HintQueue hints, DoubtList doubts, Lock pairing, NodeMeter meter)
    {
        _node = node;
        _settings = settings;
        _hints = hints;
        _doubts = doubts;
        _pairing = pairing;
        _meter = meter;
    }

    /// <summary>Takes the steps.</summary>
    /// <param name="greeting">What the node said of itself.</param>
    /// <param name="askedAt">When it was asked.</param>
    /// <param name="known">What was believed of it; null when nothing.</param>
    /// <param name="wasEjected">Whether it was given up since it last served.</param>
    /// <param name="token">Ends the attempt.</param>
    /// <returns>What to believe from now on.</returns>
    /// <exception cref="NodeException">The node did not answer, or refused.</exception>
    public async Task<NodeView> RunAsync(NodeGreeting greeting, long askedAt, NodeView? known, bool wasEjected, CancellationToken token)
    {
        if (!_settings.Has(Protections.ReplayOrder))
            await DeliverAsync(greeting.Epoch, token).ConfigureAwait(false);

        for (int race = 0; race < Races; race++)
        {
            if (race > 0)
            {
                // Somebody else was faster, or a late write turned up: look again at what is there now.
                askedAt = _settings.Time.GetTimestamp();
                NodeGreeting again = await _node.GreetAsync(GenerationRecord.Key, token).ConfigureAwait(false);
                greeting = again.Epoch == greeting.Epoch ? again : throw Interrupted();
            }

            if (await TryAgreeAsync(greeting, known, wasEjected, token).ConfigureAwait(false) is not { } generation)
                continue;
            if (!_settings.HasGenerations)
                SayWhatCannotBeDone(greeting, known);
            _settings.Clock.Saw(generation);
            _doubts.Joined(greeting.Epoch, greeting.ConnectionId, greeting.Process, generation);
            if (!await DeliverAsync(greeting.Epoch, token).ConfigureAwait(false))
                continue;
            return new NodeView
            {
                Epoch = greeting.Epoch,
                Process = greeting.Process,
                Generation = generation,
                Since = askedAt,
                FreshUntil = _settings.HasGenerations ? askedAt + _settings.FreshTicks : long.MaxValue,
            };
        }

        throw Interrupted();
    }

    /// <summary>
    /// Has the node remove the keys whose writes or removes it has not carried out. Keys that are added meanwhile may be left.
    /// </summary>
    /// <returns>False when a write of an earlier connection may still arrive, which has to be ruled out before.</returns>
    public async Task<bool> DeliverAsync(int epoch, CancellationToken token)
    {
        for (int round = 0; round < Deliveries && _hints.Count > 0; round++)
        {
            // On the connection that they were sent on, late writes come before the removes: these settle them.
            Doubt[] doubts;
            Hint[] hints;
            lock (_pairing)
            {
                doubts = _doubts.Snapshot();
                hints = _hints.Snapshot();
            }

            if (_settings.Has(Protections.ReplayOrder) && doubts.Any(doubt => doubt.Epoch != epoch))
                return false;
            foreach (Hint[] part in hints.Chunk(KeysPerDelivery))
            {
                await _node.RemoveManyAsync(Array.ConvertAll(part, static hint => hint.Key), token).ConfigureAwait(false);
                if (_node.Epoch != epoch && _settings.Has(Protections.Connection))
                    throw Interrupted();
                _hints.Delivered(part);
                _meter.CountHints(HintOutcome.Delivered, part.Length);
            }

            foreach (Doubt doubt in doubts)
            {
                if (doubt.Epoch == epoch)
                    _doubts.Settled(doubt);
            }
        }

        return true;
    }

    /// <summary>Rules out late writes, and gives the node a new generation if that is due.</summary>
    /// <returns>The generation to believe in; null when somebody else has changed the record meanwhile.</returns>
    private async Task<ulong?> TryAgreeAsync(NodeGreeting greeting, NodeView? known, bool wasEjected, CancellationToken token)
    {
        GenerationRecord? record = GenerationRecord.Of(greeting.Record);
        bool hasLateWrites = await SettleAsync(greeting, record, token).ConfigureAwait(false);
        int lost = _hints.Lost;
        if (ReasonToFence(greeting, record, known, hasLateWrites, wasEjected) is not { } reason)
            return record?.Generation ?? 0;
        if (await TryFenceAsync(greeting, record, reason, token).ConfigureAwait(false) is not { } made)
            return null;

        _hints.MadeGood(lost);
        foreach (Doubt doubt in _doubts.Snapshot())
        {
            if (doubt.Epoch != greeting.Epoch && doubt.Generation < made)
                _doubts.Settled(doubt);
        }

        return made;
    }

    /// <summary>Rules out writes that may still arrive on earlier connections.</summary>
    /// <returns>Whether some cannot be ruled out.</returns>
    private async Task<bool> SettleAsync(NodeGreeting greeting, GenerationRecord? record, CancellationToken token)
    {
        bool isLeft = false;
        foreach (Doubt doubt in _doubts.Snapshot())
        {
            if (doubt.Epoch == greeting.Epoch)
                continue;
            if ((doubt.Process is { } process && !process.IsSameAs(greeting.Process))
                || (doubt.ConnectionId is { } id && await _node.EndConnectionAsync(id, token).ConfigureAwait(false))
                || (record is not null && record.Generation != doubt.Generation)
                || !_settings.HasGenerations)
                _doubts.Settled(doubt);
            else
                isLeft = true;
        }

        return isLeft;
    }

    private FenceReason? ReasonToFence(NodeGreeting greeting, GenerationRecord? record, NodeView? known, bool hasLateWrites, bool wasEjected)
    {
        if (!_settings.HasGenerations)
            return null;
        if (record is null)
            return FenceReason.NoRecord;
        if (_settings.Has(Protections.Process) && !record.Process.IsSameAs(greeting.Process))
            return FenceReason.OtherProcess;
        if (known is not null && record.Generation < known.Generation && _settings.Has(Protections.Equality))
            return FenceReason.OlderRecord;
        if (_hints.HasLost && _settings.Has(Protections.OverflowFence))
            return FenceReason.LostHints;
        if (hasLateWrites)
            return FenceReason.LateWrites;
        return wasEjected && _settings.Options.FencePolicy == FencePolicy.OnEjection && record.Generation == known?.Generation
            ? FenceReason.Ejection
            : null;
    }

    // Entries without a header have no generation: what should be unreadable ends with its time to live.
    private void SayWhatCannotBeDone(NodeGreeting greeting, NodeView? known)
    {
        if (known is not null && !known.Process.IsSameAs(greeting.Process))
            LogEvents.CannotFence(_settings.Logger, _node.Name, FenceReason.OtherProcess);
        if (!_hints.HasLost)
            return;
        LogEvents.CannotFence(_settings.Logger, _node.Name, FenceReason.LostHints);
        _hints.MadeGood(_hints.Lost);
    }

    /// <summary>Gives the node a new generation, if its record is still the one that was read.</summary>
    /// <returns>The generation; null when the record has changed.</returns>
    private async Task<ulong?> TryFenceAsync(NodeGreeting greeting, GenerationRecord? record, FenceReason reason, CancellationToken token)
    {
        await PenaltyAsync(token).ConfigureAwait(false);
        if (record is not null)
            _settings.Clock.Saw(record.Generation);
        GenerationRecord made = new(_settings.Clock.Next(), greeting.Process);
        byte[] bytes = made.ToBytes();
        byte[]? found = await _node.ReplaceAsync(GenerationRecord.Key, greeting.Record, bytes, token).ConfigureAwait(false);
        if (found is null || !bytes.AsSpan().SequenceEqual(found))
            return null;

        _fencesInARow = IsCloseToLast ? _fencesInARow + 1 : 1;
        _fencedAt = _settings.Time.GetTimestamp();
        _meter.CountFence(reason);
        if (reason == FenceReason.NoRecord)
            LogEvents.NodeBegun(_settings.Logger, _node.Name);
        else
            LogEvents.NodeFenced(_settings.Logger, _node.Name, reason);
        return made.Generation;
    }

    private bool IsCloseToLast => _fencesInARow > 0 && _settings.Time.GetElapsedTime(_fencedAt) < FencesClose;

    // Each fence empties the node for everyone: a client that keeps finding reasons stays out twice as long each time.
    private async Task PenaltyAsync(CancellationToken token)
    {
        if (_fencesInARow < 2 || !IsCloseToLast)
            return;
        TimeSpan penalty = Backoff.After(_fencesInARow - 1, _settings.Options.ProbeInterval, LongestPenalty);
        await Task.Delay(penalty, _settings.Time, token).ConfigureAwait(false);
    }

    private NodeException Interrupted() => new(
        _node.Name, NodeFailureKind.Unreachable, $"Node '{_node.Name}' cannot be used yet: its connection was replaced while it was made ready.");
}
