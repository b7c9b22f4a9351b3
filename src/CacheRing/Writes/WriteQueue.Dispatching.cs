using System.Collections.Concurrent;

namespace CacheRing.Writes;

/// <content>Makes batches of what waits, when it is time.</content>
internal sealed partial class WriteQueue<TKey, TValue>
{
    private readonly ConcurrentDictionary<WriteUnit<TKey, TValue>, Task> _units = new();

    /// <summary>Never throws.</summary>
    private async Task DispatchAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                await WaitUntilDueAsync().ConfigureAwait(false);
                bool isProbe = await _gate.EnterAsync(_ended.Token).ConfigureAwait(false);
                WriteUnit<TKey, TValue> unit = new(Take(isProbe ? 1 : _settings.BatchSize), _gate.Successes);
                if (unit.Count == 0)
                {
                    _gate.Leave(null, unit);
                    continue;
                }

                unit.Turn = isProbe ? Turn.Probe : Turn.Now;
                Begin(unit);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
    }

    private async Task WaitUntilDueAsync()
    {
        while (true)
        {
            Task next = _signal.Next;
            TimeSpan left = Timeout.InfiniteTimeSpan;
            if (_queued.TryPeek(out KeyLine<TKey, TValue>? line))
            {
                if (Volatile.Read(ref _hurries) > 0 || Volatile.Read(ref _queuedLines) >= _settings.FlushAtPending || _room.IsWantedMore)
                    return;
                left = _settings.BatchDelay - _time.GetElapsedTime(line.QueuedAt);
                if (left <= TimeSpan.Zero)
                    return;
            }

            await next.WaitAsync(left, _time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>As late as possible, so that as much as possible is coalesced.</summary>
    private List<PendingWrite<TKey, TValue>> Take(int most)
    {
        List<PendingWrite<TKey, TValue>> writes = new(Math.Min(most, Volatile.Read(ref _queuedLines)));
        while (writes.Count < most && _queued.TryDequeue(out KeyLine<TKey, TValue>? line))
        {
            Interlocked.Decrement(ref _queuedLines);
            lock (line)
            {
                line.IsQueued = false;
                writes.Add(line.Begin());
            }
        }

        // What waits now may be younger.
        if (_settings.MaxAge is not null)
            _room.Wake();
        return writes;
    }

    private void Begin(WriteUnit<TKey, TValue> unit)
    {
        // Entered before it can end, and left by itself.
        _units[unit] = Task.CompletedTask;
        Task running = RunAsync(unit);
        if (!running.IsCompleted && _units.TryUpdate(unit, running, Task.CompletedTask))
            return;
        _units.TryRemove(unit, out _);
    }
}
