using CacheRing.Failover;

namespace CacheRing.Writes;

/// <summary>
/// Lets no more batches to the store at once than it is to have, in the order in which they came. When several different ones
/// have failed, none has succeeded, and nothing says that it is their own fault, the store is held to be down: one at a time may
/// try then, after pauses that grow, until one succeeds. Safe for any number of threads.
/// </summary>
internal sealed class StoreGate : IDisposable
{
    /// <summary>So many different batches that fail, with none that succeeds, are the store's fault and not their own.</summary>
    public const int FailuresOfAStoreThatIsDown = 3;

    private readonly int _slots;
    private readonly TimeSpan _shortest;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = [];
    private readonly HashSet<object> _failed = new(ReferenceEqualityComparer.Instance);
    private readonly ITimer _timer;
    private int _busy;
    private int _probes;
    private long _openAt;
    private long _successes;
    private volatile bool _isDown;

    public StoreGate(int slots, TimeSpan shortest, TimeSpan longest, TimeProvider time)
    {
        _slots = slots;
        _shortest = shortest;
        _longest = longest;
        _time = time;
        _timer = time.CreateTimer(static gate => ((StoreGate)gate!).OpenForProbe(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the store is held to be down.</summary>
    public bool IsDown => _isDown;

    /// <summary>How many batches it has carried out.</summary>
    public long Successes => Volatile.Read(ref _successes);

    /// <summary>Waits for a turn, which ends with <see cref="Leave"/>.</summary>
    /// <returns>Whether it is a try of a store that is down, for which one write is enough.</returns>
    public async Task<bool> EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource<bool> turn;
        lock (_gate)
        {
            if (_waiting.Count == 0 && CanEnter())
            {
                _busy++;
                return _isDown;
            }

            turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
            SetTimer();
        }

        using CancellationTokenRegistration cancelled = cancellation.UnsafeRegister(
            static (state, token) =>
            {
                (StoreGate gate, TaskCompletionSource<bool> turn) = ((StoreGate, TaskCompletionSource<bool>))state!;
                lock (gate._gate)
                    gate._waiting.Remove(turn);
                turn.TrySetCanceled(token);
            },
            (this, turn));
        return await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Ends a turn.</summary>
    /// <param name="succeeded">Whether the store has carried it out; null: it was not asked.</param>
    /// <param name="batch">What was tried.</param>
    /// <param name="isItsFault">Whether a failure says nothing of the store, which has taken other parts of the same batch.</param>
    /// <returns>Whether it made the store change between being held to be down and not.</returns>
    public bool Leave(bool? succeeded, object batch, bool isItsFault = false)
    {
        lock (_gate)
        {
            bool wasDown = _isDown;
            _busy--;
            if (succeeded == true)
            {
                Interlocked.Increment(ref _successes);
                _failed.Clear();
                _isDown = false;
            }
            else if (succeeded == false)
            {
                Failed(batch, isItsFault);
            }

            HandOver();
            return wasDown != _isDown;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Failed(object batch, bool isItsFault)
    {
        if (_isDown)
            _probes++;
        else if (!isItsFault && _failed.Add(batch) && _failed.Count >= FailuresOfAStoreThatIsDown)
            (_isDown, _probes) = (true, 0);
        if (_isDown)
            _openAt = _time.GetTimestamp() + (long)(Backoff.After(_probes, _shortest, _longest).TotalSeconds * _time.TimestampFrequency);
    }

    private bool CanEnter() => _isDown ? _busy == 0 && _time.GetTimestamp() >= _openAt : _busy < _slots;

    private void HandOver()
    {
        while (_waiting.First is { } first && CanEnter())
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult(_isDown))
                _busy++;
        }

        SetTimer();
    }

    private void SetTimer()
    {
        if (!_isDown || _waiting.Count == 0 || _busy > 0)
            return;
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), _openAt);

        // A timer may fire a moment early; a millisecond more than what is left keeps it from having to fire twice.
        _timer.Change(left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OpenForProbe()
    {
        lock (_gate)
            HandOver();
    }
}
