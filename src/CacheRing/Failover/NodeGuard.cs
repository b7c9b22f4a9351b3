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
    private readonly Lock _gate = new();

    // A doubt and its hint are added, and looked at, together: one without the other would be settled, or delivered, too early.
    private readonly Lock _pairing = new();
    private volatile NodeView? _view;
    private volatile bool _isServing;
    private volatile bool _wasEjected;
    private NodeView? _joining;

    public NodeGuard(ICacheNode node, GuardSettings settings, NodeMeter meter, Action<NodeHealthChangedEventArgs> listener)
    {
        _node = node;
        _settings = settings;
        _meter = meter;
        FailoverOptions options = settings.Options;
        _health = new HealthMonitor(node.Name, meter, settings.Logger, settings.Time, listener);
        _hints = new HintQueue(options.MaxHints, options.MaxHintAge, settings.Time);
        _rejoiner = new Rejoiner(node, settings, _hints, _doubts, _pairing, meter);
        _circuit = new NodeCircuit(new CircuitSettings(
            node.Name,
            options.FailuresBeforeEjection,
            options.ProbeInterval,
            options.MaxProbeInterval,
            settings.Time,
            settings.QuietTelemetry,
            OnOpened,
            () => _health.Move(HealthEvent.HalfOpened),
            OnClosed));
        meter.Observe(() => _hints.Count, () => _health.Current);
    }

    /// <summary>Whether calls go to the node.</summary>
    public bool IsServing => _isServing;

    /// <summary>The last failure; null while the node is well.</summary>
    public NodeException? Reason => _health.Reason;

    public NodeStatus Status => new(_node.Name, _health.Current, _hints.Count, _health.Reason);

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
    public bool CanRead(string key) => !IsQuarantined(key) && _isServing && IsFresh;

    /// <summary>Whether a key may be written or removed with nothing more than that.</summary>
    public bool CanWrite(string key) => !IsQuarantined(key) && _isServing && IsCurrent(_node.Epoch);

    /// <summary>Whether a write or remove of this key has not been carried out, so that what the node has may be older.</summary>
    public bool IsQuarantined(string key) => _hints.Contains(key) && _settings.Has(Protections.Quarantine);

    /// <summary>Whether what was asked on this connection, and answered by now, is an answer of the node that was greeted.</summary>
    public bool IsCurrent(int epoch) =>
        (_view is { } view && view.Epoch == epoch && _node.Epoch == epoch) || !_settings.Has(Protections.Connection);

    /// <summary>Whether an entry of this generation may be read, having been asked for on this connection.</summary>
    public bool MayRead(int epoch, ulong generation)
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
            return true;
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
        GenerationRecord? record = GenerationRecord.Of(bytes);
        while (true)
        {
            NodeView? view = _view;
            if (view is null || !IsCurrent(epoch))
            {
                DistrustIfReplaced();
                return false;
            }

            // An answer that was overtaken by a later one says nothing.
            if (askedAt < view.Since)
                return false;
            if (record is null
                || (!record.Process.IsSameAs(view.Process) && _settings.Has(Protections.Process))
                || (record.Generation < view.Generation && _settings.Has(Protections.Equality)))
            {
                Distrust();
                return false;
            }

            bool isNew = record.Generation != view.Generation;
            NodeView confirmed = view with
            {
                Generation = record.Generation,
                Since = isNew ? askedAt : view.Since,
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
    /// <param name="lateOn">The connection on which the write may still arrive; null when it cannot, or if it was a remove.</param>
    public void Undelivered(string key, int? lateOn)
    {
        if (!_settings.Has(Protections.Hints))
            return;
        bool isAdded;
        lock (_pairing)
        {
            if (lateOn is { } epoch && _settings.Has(Protections.Doubts))
                _doubts.Add(epoch, Generation);
            isAdded = _hints.Add(key);
        }

        _meter.CountHints(HintOutcome.Queued, 1);
        if (!isAdded)
        {
            if (!_hints.HasLost)
                LogEvents.HintsLost(_settings.Logger, _node.Name, _settings.Options.MaxHints);
            LoseHints();
        }

        Wake();
    }

    public void Succeeded()
    {
        if (_circuit.HasFailures && _health.Current == NodeHealth.Suspect)
            Forgive();
    }

    public void Failed(NodeException failure)
    {
        FailureClass failureClass = FailureClasses.Of(failure.Kind);
        if (failureClass == FailureClass.OfTheEntry)
            return;
        _health.Move(HealthEvent.Failed, failure);
        _ = _circuit.FailedAsync(failure, failureClass == FailureClass.Lasting).AsTask();
        Wake();
    }

    /// <summary>There is another connection.</summary>
    public void Connected()
    {
        DistrustIfReplaced();
        CutPause();
    }

    // A late answer of an earlier connection says nothing about this one.
    private void DistrustIfReplaced()
    {
        if (_view is null || !IsCurrent(_node.Epoch))
            Distrust();
    }

    /// <summary>What is believed of the node does not hold any more: it is greeted again before it is used.</summary>
    private void Distrust()
    {
        _isServing = false;
        _health.Move(HealthEvent.Distrusted);
        Wake();
    }

    // The gate first, and nobody may open it in between: a key that has just been given up must not be read.
    private void LoseHints()
    {
        int lost;
        lock (_gate)
        {
            _isServing = false;
            lost = _hints.GiveUp();
        }

        Distrust();
        _meter.CountHints(HintOutcome.Lost, lost);
    }

    private void Forgive()
    {
        _health.Move(HealthEvent.Succeeded);
        _ = _circuit.SucceededAsync().AsTask();
    }

    private void OnOpened(NodeException? failure)
    {
        lock (_gate)
        {
            if (!_settings.Watch.TryEject(_node.Name))
                return;
            _isServing = false;
            _wasEjected = true;
        }

        _health.Move(HealthEvent.Opened, failure);
        Wake();
    }

    private void OnClosed()
    {
        if (Interlocked.Exchange(ref _joining, null) is { } view)
            Serve(view);
    }

    private void Serve(NodeView view)
    {
        lock (_gate)
        {
            if (view.Epoch != _node.Epoch || HasUnsettledLoss)
                return;
            Believe(view);
            _isServing = true;
            _wasEjected = false;
            _settings.Watch.Back(_node.Name);
        }

        _health.Move(HealthEvent.Joined);
        EndFirstJoin();
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
