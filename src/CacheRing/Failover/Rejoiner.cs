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
    private readonly Action _onStayingOut;
    private long _fencedAt;
    private int _fencesInARow;

    /// <param name="node">The node.</param>
    /// <param name="settings">What all guards have in common.</param>
    /// <param name="hints">What it has not carried out.</param>
    /// <param name="doubts">Which connections may still bring a write.</param>
    /// <param name="pairing">Taken where hints and doubts are looked at together.</param>
    /// <param name="meter">Counts.</param>
    /// <param name="onStayingOut">Told that the node is not back at once, so that nobody need wait for it.</param>
    public Rejoiner(
        ICacheNode node, GuardSettings settings, HintQueue hints, DoubtList doubts, Lock pairing, NodeMeter meter, Action onStayingOut)
    {
        _onStayingOut = onStayingOut;
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

        bool hasStayedOut = false;
        for (int race = 0; race < Races; race++)
        {
            if (race > 0)
            {
                // Somebody else was faster, a late write turned up, or time has passed: look again at what is there now.
                askedAt = _settings.Time.GetTimestamp();
                NodeGreeting again = await _node.GreetAsync(GenerationRecord.Key, token).ConfigureAwait(false);
                greeting = again.Epoch == greeting.Epoch ? again : throw Interrupted();
            }

            Agreement agreement = await TryAgreeAsync(greeting, known, wasEjected, hasStayedOut, token).ConfigureAwait(false);
            hasStayedOut = hasStayedOut || agreement.HasStayedOut;
            if (agreement.Record is not { } record)
                continue;
            if (!_settings.HasGenerations)
                SayWhatCannotBeDone(greeting, known);
            _settings.Clock.Saw(record.Generation);
            _doubts.Joined(greeting.Epoch, greeting.ConnectionId, greeting.Process, record.Generation);
            if (!await TryDeliverAsync(greeting.Epoch, token).ConfigureAwait(false))
                continue;
            return new NodeView
            {
                Epoch = greeting.Epoch,
                Process = greeting.Process,
                Generation = record.Generation,
                Voided = record.Voided,
                Since = askedAt,
                FreshUntil = _settings.HasGenerations ? askedAt + _settings.FreshTicks : long.MaxValue,
            };
        }

        throw Interrupted();
    }

    // A node that takes no writes and answers reads may serve: the keys of what it has missed stay in quarantine.
    private async Task<bool> TryDeliverAsync(int epoch, CancellationToken token)
    {
        try
        {
            return await DeliverAsync(epoch, token).ConfigureAwait(false);
        }
        catch (NodeException failure) when (FailureClasses.Of(failure.Kind) == FailureClass.OfTheWrites)
        {
            return true;
        }
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
    private async Task<Agreement> TryAgreeAsync(
        NodeGreeting greeting, NodeView? known, bool wasEjected, bool hasStayedOut, CancellationToken token)
    {
        if (_settings.HasGenerations && (GenerationRecord.IsLater(greeting.Record) || greeting.Disagreeing.Any(static one => GenerationRecord.IsLater(one))))
            throw OfALaterVersion();
        _ = GenerationRecord.TryRead(greeting.Record, out GenerationRecord? record);
        Doubt[] late = await SettleAsync(greeting, record, token).ConfigureAwait(false);
        int lost = _hints.Lost;
        if (ReasonToFence(greeting, record, known, late, wasEjected) is { } reason)
        {
            // Each new generation empties the node for everyone: a client that keeps finding reasons stays out twice as long each
            // time. It waits before it reads what was lost: what is lost during the wait would otherwise ask for another.
            if (!hasStayedOut && Penalty() is { } penalty)
            {
                _onStayingOut();
                LogEvents.FencePostponed(_settings.Logger, _node.Name, reason, penalty.TotalSeconds);
                await Task.Delay(penalty, _settings.Time, token).ConfigureAwait(false);
                return new Agreement(null, HasStayedOut: true);
            }

            GenerationRecord? made = await TryFenceAsync(greeting, record, reason, token).ConfigureAwait(false);
            if (made is not null)
            {
                _hints.MadeGood(lost);
                Settle(doubt => doubt.Epoch != greeting.Epoch && doubt.Generation < made.Generation);
            }

            return new Agreement(made);
        }

        if (record is not null && late.Length > 0)
            return new Agreement(await TryVoidAsync(greeting, record, late, token).ConfigureAwait(false));
        return new Agreement(record ?? new GenerationRecord(0, greeting.Process));
    }

    /// <summary>Rules out writes that may still arrive on earlier connections.</summary>
    /// <returns>Those that cannot be ruled out.</returns>
    private async Task<Doubt[]> SettleAsync(NodeGreeting greeting, GenerationRecord? record, CancellationToken token)
    {
        List<Doubt> left = [];
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
                left.Add(doubt);
        }

        return [.. left];
    }

    /// <summary>Makes late writes unreadable for everyone, whenever they land, and leaves all else on the node as it is.</summary>
    /// <returns>The record as it is then; null when somebody else has changed it meanwhile.</returns>
    private async Task<GenerationRecord?> TryVoidAsync(NodeGreeting greeting, GenerationRecord record, Doubt[] late, CancellationToken token)
    {
        // Up to the latest stamp of all: calls whose failure has not been told yet are among those that are lost.
        ulong first = late.Select(static doubt => doubt.FirstStamp).Aggregate(Doubt.Earlier);
        GenerationRecord voided = record with { Voided = record.Voided.With(new StampRange(first, _settings.Stamps.Last)) };
        if (!await TryReplaceAsync(greeting, voided, token).ConfigureAwait(false))
            return null;
        _meter.CountVoid();
        LogEvents.LateWritesVoided(_settings.Logger, _node.Name);
        foreach (Doubt doubt in late)
            _doubts.Settled(doubt);
        return voided;
    }

    private void Settle(Func<Doubt, bool> isSettled)
    {
        foreach (Doubt doubt in _doubts.Snapshot())
        {
            if (isSettled(doubt))
                _doubts.Settled(doubt);
        }
    }

    private FenceReason? ReasonToFence(NodeGreeting greeting, GenerationRecord? record, NodeView? known, Doubt[] late, bool wasEjected)
    {
        if (!_settings.HasGenerations)
            return null;
        if (record is null)
            return greeting.Disagreeing.Count > 0 ? FenceReason.DifferingRecords : FenceReason.NoRecord;
        if (_settings.Has(Protections.Process) && !record.Process.IsSameAs(greeting.Process))
            return FenceReason.OtherProcess;
        if (known is not null && record.Generation < known.Generation && _settings.Has(Protections.Equality))
            return FenceReason.OlderRecord;
        if (_hints.HasLost && _settings.Has(Protections.OverflowFence))
            return FenceReason.LostHints;
        if (late.Any(static doubt => doubt.FirstStamp == 0))
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
    /// <returns>The record; null when it has changed.</returns>
    private async Task<GenerationRecord?> TryFenceAsync(NodeGreeting greeting, GenerationRecord? record, FenceReason reason, CancellationToken token)
    {
        if (record is not null)
            _settings.Clock.Saw(record.Generation);
        foreach (byte[] one in greeting.Disagreeing)
        {
            if (GenerationRecord.TryRead(one, out GenerationRecord? seen))
                _settings.Clock.Saw(seen.Generation);
        }

        // Of an earlier generation nothing is readable, so that no stamp of it need be voided.
        GenerationRecord made = (record ?? new GenerationRecord(0, greeting.Process)) with
        {
            Generation = _settings.Clock.Next(),
            Process = greeting.Process,
            Voided = VoidedStamps.None,
        };
        if (!await TryReplaceAsync(greeting, made, token).ConfigureAwait(false))
            return null;

        _fencesInARow = IsCloseToLast ? _fencesInARow + 1 : 1;
        _fencedAt = _settings.Time.GetTimestamp();
        _meter.CountFence(reason);
        if (reason == FenceReason.NoRecord)
            LogEvents.NodeBegun(_settings.Logger, _node.Name);
        else
            LogEvents.NodeFenced(_settings.Logger, _node.Name, reason);
        return made;
    }

    private async Task<bool> TryReplaceAsync(NodeGreeting greeting, GenerationRecord replacement, CancellationToken token)
    {
        byte[] bytes = replacement.ToBytes();
        byte[]? found = await _node.ReplaceAsync(GenerationRecord.Key, greeting.Record, bytes, token).ConfigureAwait(false);
        return found is not null && bytes.AsSpan().SequenceEqual(found);
    }

    private bool IsCloseToLast => _fencesInARow > 0 && _settings.Time.GetElapsedTime(_fencedAt) < FencesClose;

    private TimeSpan? Penalty() => _fencesInARow < 2 || !IsCloseToLast
        ? null
        : Backoff.After(_fencesInARow - 1, _settings.Options.ProbeInterval, LongestPenalty);

    private NodeException OfALaterVersion() => new(
        _node.Name,
        NodeFailureKind.ServerError,
        $"Node '{_node.Name}' is used by a later version of CacheRing, whose record this version cannot read. It stays out of service for this process. Upgrade this application, or give it an InstanceName of its own.");

    private NodeException Interrupted() => new(
        _node.Name, NodeFailureKind.Unreachable, $"Node '{_node.Name}' cannot be used yet: its connection was replaced while it was made ready.");

    /// <param name="Record">The record to believe in; null when it is to be read again.</param>
    /// <param name="HasStayedOut">Whether the client has just waited, so that another need not be.</param>
    private readonly record struct Agreement(GenerationRecord? Record, bool HasStayedOut = false);
}
