namespace CacheRing.Failover;

/// <content>What calls, the connection and the watch tell of the node, and what follows from it.</content>
internal sealed partial class NodeGuard
{
    /// <summary>A call was answered.</summary>
    public void Succeeded()
    {
        if (_health.Current == NodeHealth.Suspect)
            Forgive();
    }

    /// <summary>
    /// A call failed. It counts against the node only if the node has answered: whether it lives is the connection's to say, and the
    /// watch's, and what a caller waits for may be late for this process's sake.
    /// </summary>
    public void Failed(NodeException failure)
    {
        FailureClass failureClass = failure.IsOfThisProcess ? FailureClass.OfTheEntry : FailureClasses.Of(failure.Kind);
        if (failureClass is FailureClass.Passing or FailureClass.Lasting)
            Count(failure, isLasting: failureClass == FailureClass.Lasting);
        else if (failureClass == FailureClass.OfTheConnection)
            CheckConnection();
    }

    /// <summary>Notices that the connection was lost or replaced, where its transport has not said so yet: calls then wait.</summary>
    public void CheckConnection()
    {
        if (!_settings.Has(Protections.Connection))
            return;
        if (!_node.IsConnected)
            Distrust();
        else
            DistrustIfReplaced();
    }

    /// <summary>There is another connection.</summary>
    public void Connected()
    {
        DistrustIfReplaced();
        CutPause();
    }

    /// <summary>The connection was lost; another is being made. One failure, however many calls were under way.</summary>
    public void Disconnected(NodeException failure)
    {
        // Told late, when the node has been greeted on the next, it is no news.
        if (!_settings.Has(Protections.Connection) || (_node.IsConnected && IsCurrent(_node.Epoch)))
            return;
        Distrust();
        Count(failure, isLasting: false);
    }

    /// <summary>
    /// An attempt to connect has failed. Where nobody listens there is nothing to ask the node on, and it is given up at once. A
    /// connection that was made and lost again is one more failure: the next attempt, which comes soon, is waited for.
    /// </summary>
    public void ConnectFailed(NodeException failure)
    {
        if (!_settings.Has(Protections.Connection))
            return;
        Count(failure, isLasting: !failure.WasReached);
        if (failure.WasReached)
            return;
        _join.Open();
        CutPause();
    }

    /// <summary>Something is being sent to the node.</summary>
    public void Sending() => _silence.Begin();

    // An attempt that fails ends the wait sooner, and one that does neither is ended by the transport after half of it.
    private TimeSpan LongestJoin => 2 * _settings.Options.ConnectTimeout;

    private void OnSilent(NodeException failure)
    {
        _meter.CountFailure(failure.Kind);
        _health.Move(HealthEvent.Failed, failure);
        _ = GiveUpAsync();

        // Out of service before its calls end: nobody is to ask it again in between, nor to wait for what is not back at once.
        async Task GiveUpAsync()
        {
            await _circuit.FailedAsync(failure, isLasting: true).ConfigureAwait(false);
            Distrust();
            _join.Open();
            _node.Abandon(failure);
        }
    }

    private void Count(NodeException failure, bool isLasting)
    {
        _health.Move(HealthEvent.Failed, failure);
        _ = _circuit.FailedAsync(failure, isLasting).AsTask();
        Wake();
    }

    // A late answer of an earlier connection says nothing about this one.
    private void DistrustIfReplaced()
    {
        if (_view is null || !IsCurrent(_node.Epoch))
            Distrust();
    }

    /// <summary>What is believed of the node does not hold any more: it is greeted again before it is used. Calls wait for that.</summary>
    private void Distrust()
    {
        if (_health.IsServing)
        {
            // The gate first, or a call in between would find the node out of use, and nothing to wait for.
            _join.Close(LongestJoin);
            if (!_health.Move(HealthEvent.Distrusted) && _health.IsServing)
                _join.Open();
        }

        Wake();
    }

    private void Forgive()
    {
        if (_health.Move(HealthEvent.Succeeded))
            _ = _circuit.SucceededAsync().AsTask();
    }

    private void OnOpened(NodeException? failure)
    {
        if (!_settings.Outages.TryEject(_health, failure))
        {
            // Counted anew: others may be back by then.
            _ = _circuit.SucceededAsync().AsTask();
            return;
        }

        _join.Open();
        Wake();

        // A primary that was demoted lives on: only a new connection finds the address that its name has by now.
        if (failure is { Kind: NodeFailureKind.ReadOnly } && _node.IsConnected)
            _node.Abandon(failure);
    }
}
