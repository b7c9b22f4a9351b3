using System.Diagnostics.CodeAnalysis;

namespace CacheRing.Stampede;

/// <summary>
/// What callers of one process who want the same key share: one read, one load. A caller is given nothing that was read or
/// loaded by a step which began before the caller came, as it may have been removed in between: who comes too late for a step
/// waits for the next, together with all others who did. One caller's cancellation is its own affair; when the last has left,
/// the flight is cancelled.
/// </summary>
/// <remarks>One gate for each flight, held for a few instructions: a flight is about a round trip, not about the hot path.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Nothing is to be disposed of in a source without a timer.")]
internal abstract class Flight<T>
{
    private readonly Lock _gate = new();
    private WaitGroup<T>? _present;
    private List<WaitGroup<T>>? _others;
    private WaitGroup<T>? _late;
    private WaitGroup<T>? _ifStored;
    private bool _isOver;
    private bool _isDetached;
    private bool _isAbandoned;
    private CancellationTokenSource? _abandoned;
    private CancellationTokenRegistration _ending;

    /// <summary>Whether all callers may have one and the same object; else each that <see cref="Copies{T}"/> were made for has their own.</summary>
    protected virtual bool SharesValues => true;

    /// <summary>Whether more than one caller waits for what is about to be served.</summary>
    protected bool ServesSeveral
    {
        get
        {
            lock (_gate)
                return (_present?.Count ?? 0) + (_ifStored?.Count ?? 0) + (_others?.Sum(static group => group.Count) ?? 0) > 1;
        }
    }

    /// <summary>Cancelled when nobody waits any more.</summary>
    protected CancellationToken Abandoned
    {
        get
        {
            lock (_gate)
                return _isAbandoned ? new CancellationToken(canceled: true) : (_abandoned ??= new CancellationTokenSource()).Token;
        }
    }

    /// <summary>Joins; null when it is too late for that.</summary>
    /// <param name="request">What the caller would do if it had begun the flight.</param>
    public WaitGroup<T>? TryJoin(object request)
    {
        lock (_gate)
        {
            if (_isOver)
                return null;
            _late ??= new WaitGroup<T>(request);
            _late.Count++;
            return _late;
        }
    }

    /// <summary>Waits for the result.</summary>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled; the others go on.</exception>
    public ValueTask<T> WaitAsync(WaitGroup<T> group, CancellationToken cancellation) =>
        cancellation.CanBeCanceled || !SharesValues ? WaitOrLeaveAsync(group, cancellation) : new ValueTask<T>(group.Task);

    private async ValueTask<T> WaitOrLeaveAsync(WaitGroup<T> group, CancellationToken cancellation)
    {
        try
        {
            return group.Take(await group.Task.WaitAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Leave(group);
            throw;
        }
    }

    /// <summary>The caller waits no more; if it was the last, nobody does.</summary>
    public void Leave(WaitGroup<T> group)
    {
        lock (_gate)
        {
            group.Count--;
            if (_isOver || _isDetached || HasWaiters)
                return;
            _isOver = true;
        }

        Abandon();
    }

    /// <summary>Cancels what is under way, whoever waits.</summary>
    public void Abandon()
    {
        CancellationTokenSource? source;
        lock (_gate)
        {
            _isAbandoned = true;
            source = _abandoned;
        }

        // Not under the gate, and not on the caller's time: whoever registered with the token runs here.
        if (source is not null)
            _ = source.CancelAsync();
    }

    /// <summary>Goes on to the end, even if nobody waits, unless that is cancelled.</summary>
    public void Detach(CancellationToken ending)
    {
        lock (_gate)
        {
            if (_isDetached || _isOver)
                return;
            _isDetached = true;
        }

        _ending = ending.UnsafeRegister(static flight => ((Flight<T>)flight!).Abandon(), this);
        lock (_gate)
        {
            if (_isOver)
                _ending.Unregister();
        }
    }

    /// <summary>Runs until nobody waits. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            do
                await RoundAsync().ConfigureAwait(false);
            while (!TryEnd(out object? next) && GoesOnFor(next));
        }
#pragma warning disable CA1031 // It is the callers' exception, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            FailAll(error);
        }
        finally
        {
            _ending.Unregister();
            Ended();
        }
    }

    /// <summary>One read, or load, after which all are served who were there when its last step began.</summary>
    protected abstract Task RoundAsync();

    /// <summary>Another round begins, for callers who came too late for the one before.</summary>
    /// <param name="request">What the first of them wants.</param>
    protected abstract void GoOnFor(object request);

    /// <summary>It is over, and joined by nobody any more.</summary>
    protected abstract void Ended();

    /// <summary>A step begins: it is for all who have joined by now.</summary>
    protected void BeginStep()
    {
        lock (_gate)
        {
            if (_ifStored is { } undecided)
                Admit(undecided);
            if (_late is { } late)
                Admit(late);
            (_ifStored, _late) = (null, null);
        }
    }

    /// <summary>A fill is about to be sent: if it is stored, it was valid for all who have joined by now.</summary>
    /// <returns>Whether there are any.</returns>
    protected bool BeginFill()
    {
        lock (_gate)
        {
            (_ifStored, _late) = (_late, null);
            return _ifStored is not null;
        }
    }

    /// <summary>Gives the result to all who were there when the step began.</summary>
    /// <param name="value">The result.</param>
    /// <param name="copies">What all but one of them are given instead; null: it is for all.</param>
    protected void Serve(T value, Copies<T>? copies = null)
    {
        WaitGroup<T>? first;
        List<WaitGroup<T>>? others;
        lock (_gate)
        {
            (first, others) = (_present, _others);
            (_present, _others) = (null, null);
        }

        first?.Serve(value, copies);
        if (others is null)
            return;
        foreach (WaitGroup<T> group in others)
            group.Serve(value, copies);
    }

    /// <summary>Gives it also to those who came before the fill, or has them wait for the next round.</summary>
    protected void EndFill(T value, bool isStored, Copies<T>? copies = null)
    {
        WaitGroup<T>? served = null;
        lock (_gate)
        {
            if (isStored)
                served = _ifStored;
            else if (_ifStored is { } early)
                Admit(early);
            _ifStored = null;
        }

        served?.Serve(value, copies);
    }

    private bool HasWaiters =>
        _present?.Count > 0 || _late?.Count > 0 || _ifStored?.Count > 0 || _others?.Exists(static group => group.Count > 0) == true;

    // Nearly always it is one.
    private void Admit(WaitGroup<T> group)
    {
        if (_present is null)
            _present = group;
        else
            (_others ??= []).Add(group);
    }

    private bool TryEnd(out object? next)
    {
        lock (_gate)
        {
            next = (FirstOf(_present) ?? _others?.Find(static group => group.Count > 0) ?? FirstOf(_late))?.Request;
            if (!_isOver && next is not null)
                return false;
            _isOver = true;
            return true;
        }
    }

    private bool GoesOnFor(object? next)
    {
        GoOnFor(next!);
        return true;
    }

    private static WaitGroup<T>? FirstOf(WaitGroup<T>? group) => group?.Count > 0 ? group : null;

    private void FailAll(Exception error)
    {
        List<WaitGroup<T>?> all;
        lock (_gate)
        {
            _isOver = true;
            all = [_present, _late, _ifStored, .. _others ?? []];
            (_present, _others) = (null, null);
        }

        foreach (WaitGroup<T>? group in all)
            group?.Fail(error);
    }
}
