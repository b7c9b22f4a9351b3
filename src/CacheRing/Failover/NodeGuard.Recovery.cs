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
    private readonly TaskCompletionSource _firstJoinEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CancellationTokenSource? _pause;
    private Task _recovery = Task.CompletedTask;

    // Until Start, nobody is to begin before it.
    private int _isRunning = 1;
    private int _attempts;

    /// <summary>Ends when the node has been greeted for the first time, or cannot be, or that takes too long.</summary>
    public Task FirstJoin { get; private set; } = Task.CompletedTask;

    /// <summary>Begins. The node has been started.</summary>
    public void Start()
    {
        TimeSpan longest = 2 * _settings.Options.ConnectTimeout;
        BeginRecovery();
        FirstJoin = _firstJoinEnded.Task.IsCompleted ? Task.CompletedTask : WaitAsync();

        async Task WaitAsync() =>
            await _firstJoinEnded.Task.WaitAsync(longest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends what runs in the background; the node may be disposed while it does.</summary>
    public async ValueTask DisposeAsync()
    {
        _isServing = false;
        await _disposing.CancelAsync().ConfigureAwait(false);
        _firstJoinEnded.TrySetResult();
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

    private bool HasWork => _circuit.IsOpen || !IsJoined || _hints.Count > 0 || _health.Current != NodeHealth.Healthy;

    /// <summary>Whether what is believed of the node holds, and nothing that it missed needs more than a remove.</summary>
    private bool IsJoined =>
        _isServing && HealthTable.IsUsed(_health.Current)
        && _view is { } view && IsCurrent(_node.Epoch) && !HasUnsettledLoss && !_doubts.HasOtherThan(view.Epoch);

    private async Task StepAsync(CancellationToken token)
    {
        if (_hints.IsOverdue)
        {
            LogEvents.HintsTooOld(_settings.Logger, _node.Name, _settings.Options.MaxHintAge);
            LoseHints();
        }

        if (_circuit.IsOpen)
        {
            TimeSpan? pause = await _circuit.TryAsync(TrialAsync, token).ConfigureAwait(false);

            // Served by now; or a call's success has closed the circuit meanwhile, and a later closing must not serve it.
            Interlocked.Exchange(ref _joining, null);
            if (pause is { } left)
                await PauseAsync(left, token).ConfigureAwait(false);
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
            if (_health.Current == NodeHealth.Suspect && !_circuit.IsOpen)
                await AttemptAsync(ProbeAsync, token).ConfigureAwait(false);
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
            _meter.CountFailure(failure.Kind);
            _health.Move(HealthEvent.Failed, failure);
            await _circuit.FailedAsync(failure, FailureClasses.Of(failure.Kind) == FailureClass.Lasting).ConfigureAwait(false);
            EndFirstJoin();
            if (!_circuit.IsOpen)
                await PauseAsync(NextPause(), token).ConfigureAwait(false);
        }
    }

    /// <summary>The one thing that an open circuit lets through, now and then.</summary>
    private async ValueTask TrialAsync(CancellationToken token)
    {
        try
        {
            // Served when the circuit has closed.
            _joining = await ReadyAsync(token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            EndFirstJoin();
            NodeException failure = AsFailure(error);
            _meter.CountFailure(failure.Kind);
            throw failure;
        }
    }

    private async ValueTask JoinAsync(CancellationToken token)
    {
        // A success that was on its way when the circuit opened closes it again: then no trial comes, and this is the probe.
        _health.Move(HealthEvent.HalfOpened);
        Serve(await ReadyAsync(token).ConfigureAwait(false));
        if (_circuit.HasFailures || _health.Current == NodeHealth.Suspect)
            Forgive();
    }

    private async ValueTask<NodeView> ReadyAsync(CancellationToken token)
    {
        long askedAt = _settings.Time.GetTimestamp();
        NodeGreeting greeting = await _node.GreetAsync(GenerationRecord.Key, token).ConfigureAwait(false);
        _health.Move(HealthEvent.Answered);
        return await _rejoiner.RunAsync(greeting, askedAt, _view, _wasEjected, token).ConfigureAwait(false);
    }

    private async ValueTask DeliverAsync(CancellationToken token)
    {
        if (_view is { } view)
            await _rejoiner.DeliverAsync(view.Epoch, token).ConfigureAwait(false);
    }

    private async ValueTask ProbeAsync(CancellationToken token)
    {
        await _node.GreetAsync(GenerationRecord.Key, token).ConfigureAwait(false);
        Forgive();
    }

    private TimeSpan NextPause() => Backoff.After(_attempts++, _settings.Options.ProbeInterval, _settings.Options.MaxProbeInterval);

    private async Task PauseAsync(TimeSpan pause, CancellationToken token)
    {
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(token);
        _pause = cut;
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

    private void EndFirstJoin() => _firstJoinEnded.TrySetResult();

    private NodeException AsFailure(Exception error) => error as NodeException
        ?? new NodeException(_node.Name, NodeFailureKind.ServerError, $"Node '{_node.Name}' could not be made ready.", error);
}
