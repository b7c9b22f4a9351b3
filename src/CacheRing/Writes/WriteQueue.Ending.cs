using CacheRing.Diagnostics;

namespace CacheRing.Writes;

/// <content>Waiting for what is pending, and ending.</content>
internal sealed partial class WriteQueue<TKey, TValue>
{
    // A store that does not heed its cancellation must not hold up the end of the process for ever.
    private static readonly TimeSpan MostWaitAtEnd = TimeSpan.FromSeconds(5);

    /// <summary>How matters stand.</summary>
    public WriteBehindStatus Status
    {
        get
        {
            long now = _time.GetTimestamp();
            long oldest = _queued.TryPeek(out KeyLine<TKey, TValue>? line) && line.First is { } first ? Math.Min(first.Since, now) : now;
            int failing = 0;
            foreach (WriteUnit<TKey, TValue> unit in _units.Keys)
            {
                oldest = Math.Min(oldest, unit.Since);
                failing += unit.HasFailed ? unit.Count : 0;
            }

            return new WriteBehindStatus(
                _room.Writes, _room.Bytes, _time.GetElapsedTime(oldest, now), failing, Volatile.Read(ref _deadLetters), _gate.IsDown, _lastFailure)
            {
                Retries = Interlocked.Read(ref _retries),
                LastBatch = Volatile.Read(ref _lastBatch),
            };
        }
    }

    /// <summary>Waits until the store or the dead-letter sink has all that was taken before, without waiting for batches to fill.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        FlushWait flush = new();
        Interlocked.Increment(ref _hurries);
        try
        {
            foreach ((_, KeyLine<TKey, TValue> line) in _lines)
            {
                lock (line)
                {
                    if (!line.IsEmpty)
                        line.Add(flush);
                }
            }

            flush.Done();
            _signal.Set();
            await flush.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _hurries);
        }
    }

    /// <summary>Takes nothing more, and waits until nothing is pending, for a time.</summary>
    /// <returns>What is left then.</returns>
    public async Task<int> DrainAsync(TimeSpan most, CancellationToken cancellation)
    {
        _isEnding = true;
        _room.Wake();
        Task flushed = FlushAsync(_ended.Token);
        await flushed.WaitAsync(most, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        int left = _room.Writes;
        if (left > 0 && !_ended.IsCancellationRequested)
        {
            if (_journal is null)
                LogEvents.LostAtEnd(_logger, _settings.Name, left, most);
            else
                LogEvents.LeftAtEnd(_logger, _settings.Name, left, most);
        }

        await EndAsync().ConfigureAwait(false);
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        _room.Wake();
        await EndAsync().ConfigureAwait(false);
        if (_journal is not null)
            await _journal.DisposeAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private async Task EndAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        Task all = Task.WhenAll([_dispatching ?? Task.CompletedTask, .. _units.Values]);
        await all.WaitAsync(MostWaitAtEnd, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
