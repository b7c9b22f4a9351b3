using CacheRing.Diagnostics;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <content>
/// The background task: greets, probes, rejoins and delivers, one thing after the other, for as long as there is something to
/// do. A healthy node has none.
/// </content>
internal sealed partial class NodeGuard
{
    private readonly CancellationTokenSource _disposing = new();
    private volatile CancellationTokenSource? _pause;
    private Task _recovery = Task.CompletedTask;

    // After so many that fail on a connection there may be better luck on another: a name may lead to another server by now.
    private const int TrialsOnAConnection = 3;

    // Until Start, nobody is to begin before it.
    private int _isRunning = 1;
    private int _attempts;
    private int _trialsFailed;

    /// <summary>Begins. The node has been started.</summary>
    public void Start()
    {
        _join.Close(LongestJoin);
        BeginRecovery();
    }

    /// <summary>Ends what runs in the background; the node may be disposed while it does.</summary>
    public async ValueTask DisposeAsync()
    {
        _silence.End();
        _health.End();
        await _disposing.CancelAsync().ConfigureAwait(false);
        _join.Open();
        await _recovery.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sees to it that somebody looks after the node.</summary>
    private void Wake()
    {
        if (Volatile.Read(ref _isRunning) != 0 || Interlocked.CompareExchange(ref _isRunning, 1, 0) != 0)
            return;

        // Not here: this may be the thread that reads a connection's answers.
        ThreadPool.UnsafeQueueUserWorkItem(static guard => guard.BeginRecovery(), this, preferLocal: false);
    }

    private void BeginRecovery() => _recovery = RecoverAsync();

    private async Task RecoverAsync()
    {
        do
        {
            try
            {
                while (!_disposing.IsCancellationRequested && HasWork)
                    await StepAsync(_disposing.Token).ConfigureAwait(false);
                _attempts = 0;
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, a node must not be left behind for it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                SayFailed(error);
                await Task.Delay(_settings.Options.MaxProbeInterval, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (!_disposing.IsCancellationRequested && HasWork && Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0);
    }

    // It may be the log that fails.
    private void SayFailed(Exception error)
    {
        try
        {
            LogEvents.RecoveryFailed(_settings.Logger, _node.Name, error);
        }
#pragma warning disable CA1031 // There is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private bool HasWork => !IsJoined || _hints.Count > 0 || _health.Current != NodeHealth.Healthy;

    /// <summary>Whether what is believed of the node holds, and nothing that it missed needs more than a remove.</summary>
    private bool IsJoined =>
        IsServing && _view is { } view && IsCurrent(_node.Epoch) && !HasUnsettledLoss && !_doubts.HasOtherThan(view.Epoch);

    private async Task StepAsync(CancellationToken token)
    {
        if (_hints.IsOverdue)
        {
            LogEvents.HintsTooOld(_settings.Logger, _node.Name, _settings.Options.MaxHintAge);
            _ = LoseHints();
        }

        if (_health.Current is NodeHealth.Ejected or NodeHealth.Probing)
        {
            NodeView? ready = null;
            TimeSpan? pause = await _circuit.TryAsync(async token => ready = await TrialAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
            if (pause is { } left)
                await PauseAsync(left, token).ConfigureAwait(false);
            else
                TryServe(ready!);
        }
        else if (!_node.IsConnected)
        {
            await ConnectionAsync(token).ConfigureAwait(false);
        }
        else if (!IsJoined)
        {
            await AttemptAsync(JoinAsync, token).ConfigureAwait(false);
        }
        else if (_hints.Count > 0)
        {
            await AttemptAsync(DeliverAsync, token).ConfigureAwait(false);
        }
        else
        {
            // Somebody's call failed. If others succeed meanwhile there is nothing to ask.
            await PauseAsync(NextPause(), token).ConfigureAwait(false);
            if (_health.Current == NodeHealth.Suspect)
                await AttemptAsync(ProbeAsync, token).ConfigureAwait(false);
        }
    }

    // The transport makes connections by itself, and says when there is one, or none to be had. One that says neither is given up.
    private async Task ConnectionAsync(CancellationToken token)
    {
        Distrust();
        long begun = _settings.Time.GetTimestamp();
        TimeSpan longest = LongestJoin;
        await PauseAsync(longest, () => !_node.IsConnected && _health.Current == NodeHealth.Rejoining, token).ConfigureAwait(false);
        if (!_node.IsConnected && _settings.Time.GetElapsedTime(begun) >= longest)
        {
            ConnectFailed(new NodeException(
                _node.Name, NodeFailureKind.Unreachable, $"Node '{_node.Name}' cannot be reached: an attempt to connect to it neither succeeds nor fails."));
        }
    }

    private async Task AttemptAsync(Func<CancellationToken, ValueTask> attempt, CancellationToken token)
    {
        try
        {
            await attempt(token).ConfigureAwait(false);
            _attempts = 0;
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            NodeException failure = AsFailure(error);
            FailureClass failureClass = FailureClasses.Of(failure.Kind);
            _meter.CountFailure(failure.Kind);

            // A connection that was lost meanwhile its transport tells of, and is about to replace: calls go on waiting for that. What a node
            // has refused waits, with its keys in quarantine, and all else is served.
            bool isLost = failure.Kind == NodeFailureKind.Unreachable;
            if (!isLost && (failureClass != FailureClass.OfTheWrites || !IsJoined))
            {
                _health.Move(HealthEvent.Failed, failure);
                await _circuit.FailedAsync(failure, failureClass == FailureClass.Lasting).ConfigureAwait(false);
            }

            if (!isLost)
                _join.Open();
            if (_health.Current is not (NodeHealth.Ejected or NodeHealth.Probing))
                await PauseAsync(NextPause(), token).ConfigureAwait(false);
        }
    }

    /// <summary>The one thing that an open circuit lets through, now and then.</summary>
    private async ValueTask<NodeView> TrialAsync(CancellationToken token)
    {
        try
        {
            _health.Move(HealthEvent.HalfOpened);
            NodeView ready = await ReadyAsync(token).ConfigureAwait(false);
            _trialsFailed = 0;
            return ready;
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            NodeException failure = AsFailure(error);
            _meter.CountFailure(failure.Kind);
            if (_node.IsConnected && ++_trialsFailed % TrialsOnAConnection == 0)
                _node.Abandon(failure);
            throw failure;
        }
    }

    private async ValueTask JoinAsync(CancellationToken token)
    {
        if (TryServe(await ReadyAsync(token).ConfigureAwait(false)))
            _ = _circuit.SucceededAsync().AsTask();
    }

    private async ValueTask<NodeView> ReadyAsync(CancellationToken token)
    {
        long askedAt = _settings.Time.GetTimestamp();
        NodeGreeting greeting = await GreetAsync(token).ConfigureAwait(false);
        _health.Move(HealthEvent.Answered);
        return await _rejoiner.RunAsync(greeting, askedAt, _view, _health.IsOut, token).ConfigureAwait(false);
    }

    private async ValueTask DeliverAsync(CancellationToken token)
    {
        if (_view is { } view)
            await _rejoiner.DeliverAsync(view.Epoch, token).ConfigureAwait(false);
    }

    private async ValueTask ProbeAsync(CancellationToken token)
    {
        await GreetAsync(token).ConfigureAwait(false);
        Forgive();
    }

    // Not for as long as a caller may wait: the next attempt may find another connection.
    private async ValueTask<NodeGreeting> GreetAsync(CancellationToken token)
    {
        using CancellationTokenSource deadline = new(_settings.Options.ConnectTimeout, _settings.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, token);
        try
        {
            return await _node.GreetAsync(GenerationRecord.Key, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!token.IsCancellationRequested)
        {
            throw new NodeException(
                _node.Name, NodeFailureKind.Timeout, $"Node '{_node.Name}' has a connection and does not answer on it. It hangs, or something between does.", error);
        }
    }

    private TimeSpan NextPause() => Backoff.After(_attempts++, _settings.Options.ProbeInterval, _settings.Options.MaxProbeInterval);

    private Task PauseAsync(TimeSpan pause, CancellationToken token) => PauseAsync(pause, static () => true, token);

    private async Task PauseAsync(TimeSpan pause, Func<bool> isNeeded, CancellationToken token)
    {
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(token);
        _pause = cut;

        // Asked when it can be cut: what it waits for may have come before.
        if (isNeeded())
            await Task.Delay(pause, _settings.Time, cut.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pause = null;
        token.ThrowIfCancellationRequested();
    }

    private void CutPause()
    {
        try
        {
            // Not on the caller's thread, which reads a connection's answers.
            if (_pause is { } pause)
                _ = pause.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private NodeException AsFailure(Exception error) => error as NodeException
        ?? new NodeException(_node.Name, NodeFailureKind.ServerError, $"Node '{_node.Name}' could not be made ready.", error);
}
