using CacheRing.Diagnostics;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// Stands between a cache and one node: says whether the node may be used, what on it may be read, and keeps what it has not
/// carried out. The hot path asks it three volatile reads and the clock; everything else happens in one background task, that
/// runs only while there is something to do. Safe for any number of threads.
/// </summary>
internal sealed partial class NodeGuard : IAsyncDisposable
{
    private readonly ICacheNode _node;
    private readonly GuardSettings _settings;
    private readonly NodeMeter _meter;
    private readonly HealthMonitor _health;
    private readonly HintQueue _hints;
    private readonly DoubtList _doubts = new();
    private readonly NodeCircuit _circuit;
    private readonly Rejoiner _rejoiner;
    private readonly JoinGate _join;
    private readonly SilenceWatch _silence;

    // A doubt and its hint are added, and looked at, together: one without the other would be settled, or delivered, too early.
    private readonly Lock _pairing = new();
    private volatile NodeView? _view;

    public NodeGuard(ICacheNode node, GuardSettings settings, NodeMeter meter, Action<NodeHealthChangedEventArgs> listener)
    {
        _node = node;
        _settings = settings;
        _meter = meter;
        FailoverOptions options = settings.Options;
        _health = new HealthMonitor(node.Name, meter, settings.Logger, settings.Time, listener);
        settings.Outages.Add(_health);
        _hints = new HintQueue(options.MaxHints, options.MaxHintAge, settings.Time);
        _join = new JoinGate(settings.Time);
        _silence = new SilenceWatch(node, options.SilenceTimeout, OnSilent);
        _rejoiner = new Rejoiner(node, settings, _hints, _doubts, _pairing, meter, _join.Open);
        _circuit = new NodeCircuit(new CircuitSettings(
            node.Name,
            options.FailuresBeforeEjection,
            options.ProbeInterval,
            options.MaxProbeInterval,
            settings.Time,
            settings.QuietTelemetry,
            OnOpened));
        meter.Observe(() => _hints.Count, () => _health.Current);
    }

    /// <summary>Whether calls go to the node.</summary>
    public bool IsServing => _health.IsServing;

    /// <summary>The last failure; null while the node is well.</summary>
    public NodeException? Reason => _health.Reason;

    public NodeStatus Status => new(_node.Name, _health.Current, _hints.Count, _health.Reason);

    /// <summary>
    /// Ends when calls need not wait for the node any more: it is made ready for the first time, or on a new connection, and that is
    /// likely to be done at once.
    /// </summary>
    public Task Joining => _join.Opening;

    /// <summary>The generation that entries are written in.</summary>
    public ulong Generation => _view?.Generation ?? 0;

    /// <summary>Whether there are keys that the node has not carried out a write or remove of.</summary>
    public bool HasHints => _hints.Count != 0;

    /// <summary>Whether a rule is in force: always, but for tests of the tests.</summary>
    public bool Has(Protections protection) => _settings.Has(protection);

    /// <summary>How long what was read of a node counts as confirmed, in the clock's ticks.</summary>
    public long FreshTicks => _settings.FreshTicks;

    /// <summary>Whether the generation counts as confirmed.</summary>
    public bool IsFresh => _view is { } view && _settings.Time.GetTimestamp() < view.FreshUntil;

    /// <summary>Whether a key may be read from the node with nothing more than a read.</summary>
    /// <remarks>The hints before the gate: who gives hints up closes it first.</remarks>
    public bool CanRead(string key) => !IsQuarantined(key) && IsServing && IsFresh && IsCurrent(_node.Epoch);

    /// <summary>Whether a key may be written or removed with nothing more than that.</summary>
    public bool CanWrite(string key) => !IsQuarantined(key) && IsServing && IsCurrent(_node.Epoch);

    /// <summary>Whether a write or remove of this key has not been carried out, so that what the node has may be older.</summary>
    public bool IsQuarantined(string key) => _hints.Contains(key) && _settings.Has(Protections.Quarantine);

    /// <summary>Whether what was asked on this connection, and answered by now, is an answer of the node that was greeted.</summary>
    public bool IsCurrent(int epoch) =>
        (_view is { } view && view.Epoch == epoch && _node.Epoch == epoch) || !_settings.Has(Protections.Connection);

    /// <summary>Whether an entry of this generation, with this stamp, may be read, having been asked for on this connection.</summary>
    public bool MayRead(int epoch, ulong generation, ulong stamp)
    {
        NodeView? view = _view;
        if (view is null || !IsCurrent(epoch))
        {
            DistrustIfReplaced();
            return false;
        }

        // Asked for before hints were given up, of which this may be one.
        if (HasUnsettledLoss)
            return false;
        if (generation == view.Generation || !_settings.HasGenerations)
            return view.Voided.IsEmpty || !view.Voided.Contains(stamp);
        if (generation > view.Generation)
        {
            // Somebody has fenced the node: the next read asks for the record.
            Interlocked.CompareExchange(ref _view, view with { FreshUntil = long.MinValue }, view);
        }

        return generation > view.Generation && !_settings.Has(Protections.Equality);
    }

    /// <summary>Takes the record that came with a read.</summary>
    /// <returns>Whether the read counts.</returns>
    public bool Confirm(ReadOnlySpan<byte> bytes, int epoch, long askedAt)
    {
        if (!_settings.HasGenerations)
            return IsCurrent(epoch);
        _ = GenerationRecord.TryRead(bytes, out GenerationRecord? record);
        while (true)
        {
            NodeView? view = _view;
            if (view is null || !IsCurrent(epoch))
            {
                DistrustIfReplaced();
                return false;
            }

            // An answer that was overtaken by a later one says nothing, unless it says the same.
            if (askedAt < view.Since)
                return record is not null && record.Generation == view.Generation && record.Process.IsSameAs(view.Process);
            if (record is null
                || (!record.Process.IsSameAs(view.Process) && _settings.Has(Protections.Process))
                || (record.Generation < view.Generation && _settings.Has(Protections.Equality)))
            {
                Distrust();
                return false;
            }

            bool isNew = record.Generation != view.Generation;
            bool isSame = !isNew && record.Voided.Ranges.SequenceEqual(view.Voided.Ranges);
            NodeView confirmed = view with
            {
                Generation = record.Generation,
                Voided = isSame ? view.Voided : record.Voided,
                Since = isSame ? view.Since : askedAt,
                FreshUntil = Math.Max(view.FreshUntil, askedAt + _settings.FreshTicks),
            };
            if (Interlocked.CompareExchange(ref _view, confirmed, view) != view)
                continue;
            if (isNew)
            {
                _settings.Clock.Saw(record.Generation);
                _doubts.Joined(epoch, null, view.Process, record.Generation);
                LogEvents.GenerationLearnt(_settings.Logger, _node.Name);
            }

            return true;
        }
    }

    /// <summary>The node has not carried out a write or remove of this key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lateSince">
    /// The number that the connection had before the write was sent: it may have gone out on this one, or on any that was made
    /// since, and may still arrive. Null when it cannot, or if it was a remove.
    /// </param>
    /// <param name="stamp">The stamp of the entry; 0 when that is not known.</param>
    public void Undelivered(string key, int? lateSince, ulong stamp = 0)
    {
        if (!_settings.Has(Protections.Hints))
            return;
        bool isAdded;
        lock (_pairing)
        {
            if (lateSince is { } first && _settings.Has(Protections.Doubts))
            {
                int last = _settings.Has(Protections.WriteNumbers) ? Math.Max(first, _node.Epoch) : first;
                for (int epoch = first; epoch <= last; epoch++)
                    _doubts.Add(epoch, Generation, stamp);
            }

            isAdded = _hints.Add(key);
        }

        _meter.CountHints(HintOutcome.Queued, 1);
        if (!isAdded)
        {
            if (LoseHints())
                LogEvents.HintsLost(_settings.Logger, _node.Name, _settings.Options.MaxHints);
        }

        Wake();
    }

    // Who finds no hint for a key after this finds the loss, and does not read (MayRead), until it has been made good.
    /// <returns>Whether that is news: of many calls that find no room, one gives up.</returns>
    private bool LoseHints()
    {
        int lost = _hints.GiveUp(out bool isNews);
        Distrust();
        _meter.CountHints(HintOutcome.Lost, lost);
        return isNews;
    }

    /// <returns>Whether the node serves.</returns>
    private bool TryServe(NodeView view)
    {
        bool isReady = false;
        bool hasMoved = _health.Move(HealthEvent.Joined, condition: () =>
        {
            isReady = view.Epoch == _node.Epoch && _node.IsConnected && !HasUnsettledLoss;
            if (isReady)
                Believe(view);
            return isReady;
        });
        if (isReady)
            _join.Open();
        return hasMoved;
    }

    // A read may have learnt of a later generation on this connection meanwhile.
    private void Believe(NodeView view)
    {
        NodeView? now;
        do
        {
            now = _view;
            if (now is not null && now.Epoch == view.Epoch && now.Generation > view.Generation)
                return;
        }
        while (Interlocked.CompareExchange(ref _view, view, now) != now);
    }

    private bool HasUnsettledLoss => _hints.HasLost && _settings.HasGenerations && _settings.Has(Protections.OverflowFence);
}
