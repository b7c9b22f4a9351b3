using CacheRing.Diagnostics;
using Polly;
using Polly.Retry;

namespace CacheRing.Writes;

/// <content>
/// Gives a batch to the store, again and again with growing pauses until it has it. A batch that fails while others succeed is
/// halved, so that a write that never will is found; that one alone goes to the dead-letter sink.
/// </content>
internal sealed partial class WriteQueue<TKey, TValue>
{
    // More would be a leak where every key is given up.
    private const int MostHeldKeys = 100_000;

    private readonly ResiliencePipeline _retry;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<TKey, bool> _heldKeys = new();
    private long _deadLetters;
    private long _retries;
    private int _lastBatch;
    private volatile string? _lastFailure;

    private static ResiliencePipeline PipelineOf(WriteQueueSettings settings, TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static outcome => new ValueTask<bool>(outcome.Outcome.Result is false),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = settings.RetryDelay,
                MaxDelay = settings.MaxRetryDelay,
            })
            .Build();

    /// <summary>Never throws.</summary>
    private async Task RunAsync(WriteUnit<TKey, TValue> unit)
    {
        try
        {
            await _retry.ExecuteAsync(
                static async (it, cancellation) => await it.Queue.TryAsync(it.Unit, cancellation).ConfigureAwait(false),
                (Queue: this, Unit: unit), _ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // Its writes stay pending: that is what is reported, and replayed by a journal.
        }
#pragma warning disable CA1031 // Nobody else would ever hear of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.WritingFailed(_logger, _settings.Name, unit.Count, error);
        }
        finally
        {
            _units.TryRemove(unit, out _);
        }
    }

    /// <returns>False: it is to be tried again, after a pause.</returns>
    private async Task<bool> TryAsync(WriteUnit<TKey, TValue> unit, CancellationToken cancellation)
    {
        if (unit.IsGivenUp)
            return await GiveUpAsync(unit, cancellation).ConfigureAwait(false);
        if (unit.Turn == Turn.Pause)
        {
            unit.Turn = Turn.None;
            return false;
        }

        bool isProbe = unit.Turn == Turn.Probe;
        if (unit.Turn == Turn.None)
            isProbe = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        unit.Turn = Turn.None;
        TakeHeld(unit);
        Renew(unit);
        if (unit.Count == 0)
        {
            _gate.Leave(null, unit);
            return true;
        }

        List<PendingWrite<TKey, TValue>> writes = isProbe ? [unit.Writes[0]] : [.. unit.Writes];
        await SavedAsync(writes, cancellation).ConfigureAwait(false);
        Exception? error = await AskAsync(writes, cancellation).ConfigureAwait(false);
        bool hasAnswered = error is null or StoreWriteRejectedException;
        if (hasAnswered)
            unit.Origin.HasSucceeded = true;
        if (_gate.Leave(cancellation.IsCancellationRequested && !hasAnswered ? null : hasAnswered, unit, unit.Origin.HasSucceeded))
            TellOfOutage(error);
        if (hasAnswered)
        {
            Carried(unit, writes, error as StoreWriteRejectedException);

            // A try of one has found the store up: the rest goes at once, in halves if it has failed as a whole.
            if (unit.Count > 0)
                Divide(unit, unit.HasFailed ? 2 : 1, Turn.None);
            return true;
        }

        cancellation.ThrowIfCancellationRequested();
        return Failed(unit, writes, error!, isProbe);
    }

    /// <summary>
    /// The store must not have what is not on disk: after a crash the one before it would be replayed, and come after it. A write
    /// that the journal has failed with is its caller's to write again; the store gets it all the same.
    /// </summary>
    private static async Task SavedAsync(List<PendingWrite<TKey, TValue>> writes, CancellationToken cancellation)
    {
        foreach (PendingWrite<TKey, TValue> write in writes)
        {
            if (write.Saved is { IsCompleted: false } saved)
                await saved.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Asks the store; an exception is what it has thrown.</summary>
    private async Task<Exception?> AskAsync(List<PendingWrite<TKey, TValue>> writes, CancellationToken cancellation)
    {
        Volatile.Write(ref _lastBatch, writes.Count);
        long began = _time.GetTimestamp();
        Exception? failure = null;
        try
        {
            using CancellationTokenSource timeout = new(_settings.StoreTimeout, _time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
            try
            {
                await _target.WriteAsync(writes, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw new TimeoutException(FormattableString.Invariant($"The store was cancelled after StoreTimeout ({_settings.StoreTimeout})."), error);
            }
        }
#pragma warning disable CA1031 // Whatever a store throws: it has not carried the writes out.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }

        _meter.Stored(writes.Count, _time.GetElapsedTime(began), failure is null or StoreWriteRejectedException);
        return failure;
    }

    private void Carried(WriteUnit<TKey, TValue> unit, List<PendingWrite<TKey, TValue>> writes, StoreWriteRejectedException? rejection)
    {
        _lastFailure = null;
        List<PendingWrite<TKey, TValue>> rejected = [];
        if (writes.Count == unit.Count)
            unit.Clear();
        else
            unit.Remove(writes[0]);
        foreach (PendingWrite<TKey, TValue> write in writes)
        {
            if (rejection is not null && (rejection.Rejected is not { } ids || ids.Contains(_numbers.IdOf(write.Sequence))))
                rejected.Add(write);
            else
                Finish(write);
        }

        foreach (PendingWrite<TKey, TValue> write in rejected)
            Begin(new WriteUnit<TKey, TValue>([write], _gate.Successes) { IsGivenUp = true, Error = rejection });
    }

    private bool Failed(WriteUnit<TKey, TValue> unit, List<PendingWrite<TKey, TValue>> writes, Exception error, bool isProbe)
    {
        _lastFailure = error.GetType().Name;
        Interlocked.Add(ref _retries, writes.Count);
        if (!unit.HasFailed)
            LogEvents.StoreFailed(_logger, _settings.Name, unit.Count, error);
        unit.HasFailed = true;
        unit.Error = error;
        _meter.Retried(writes.Count);
        if (unit.Count == 1)
        {
            unit.CountAttempt(_gate.Successes);
            unit.IsGivenUp = unit.Attempts >= _settings.MaxAttempts;
        }
        else if (isProbe)
        {
            // The next try is another's: this one may be what fails.
            unit.Writes.RemoveAt(0);
            unit.Writes.Add(writes[0]);
        }
        else if (!_gate.IsDown)
        {
            Divide(unit, 2, Turn.Pause);
            return true;
        }

        return false;
    }

    private void Divide(WriteUnit<TKey, TValue> unit, int parts, Turn turn)
    {
        foreach (PendingWrite<TKey, TValue>[] part in unit.Writes.Chunk((unit.Writes.Count + parts - 1) / parts))
            Begin(new WriteUnit<TKey, TValue>([.. part], _gate.Successes) { Origin = unit.Origin, Turn = turn, HasFailed = unit.HasFailed, Error = unit.Error });
        unit.Clear();
    }

    /// <summary>Later writes take the place of those that are tried again.</summary>
    private void Renew(WriteUnit<TKey, TValue> unit)
    {
        if (!unit.HasFailed)
            return;
        for (int i = 0; i < unit.Writes.Count; i++)
        {
            KeyLine<TKey, TValue> line = unit.Writes[i].Line;
            lock (line)
            {
                if (line.Renew() is not { } replaced)
                    continue;
                unit.Writes[i] = line.UnderWay!;
                _room.Give(1, replaced.Size);
                line.TellFlushes();
            }
        }
    }

    /// <summary>The store has it, or the dead-letter sink.</summary>
    private void Finish(PendingWrite<TKey, TValue> write)
    {
        KeyLine<TKey, TValue> line = write.Line;
        lock (line)
        {
            SettleCovered(write);
            if (write.Entry is { } entry)
                _journal!.Settle(entry);
            line.End();
            line.TellFlushes();
            if (line.IsEmpty)
                Leave(line, write.Key);
            else
                Queue(line);
        }

        _room.Give(1, write.Size);
    }

    /// <summary>Writes of keys that are held go where the earlier one went.</summary>
    private void TakeHeld(WriteUnit<TKey, TValue> unit)
    {
        if (_heldKeys.IsEmpty)
            return;
        foreach (PendingWrite<TKey, TValue> write in unit.Writes.Where(write => _heldKeys.ContainsKey(write.Key)).ToList())
        {
            unit.Remove(write);
            Begin(new WriteUnit<TKey, TValue>([write], _gate.Successes) { IsGivenUp = true });
        }
    }

    private async Task<bool> GiveUpAsync(WriteUnit<TKey, TValue> unit, CancellationToken cancellation)
    {
        PendingWrite<TKey, TValue> write = unit.Writes[0];
        try
        {
            await _target.GiveUpAsync(write, unit.Attempts, unit.Error, cancellation).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the sink throws: it is asked again.
        catch (Exception error) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogEvents.SinkFailed(_logger, _settings.Name, error);
            return false;
        }

        Interlocked.Increment(ref _deadLetters);
        _meter.GaveUp();
        LogEvents.GaveUp(_logger, _settings.Name, unit.Attempts, unit.Error?.GetType().Name ?? "held", _numbers.IdOf(write.Sequence));
        if (_settings.HoldsKeys && !Hold(write.Key))
            LogEvents.TooManyHeld(_logger, _settings.Name, MostHeldKeys);
        unit.Remove(write);
        Finish(write);
        return true;
    }

    private bool Hold(TKey key) => _heldKeys.ContainsKey(key) || (_heldKeys.Count < MostHeldKeys && _heldKeys.TryAdd(key, true));

    private void TellOfOutage(Exception? error)
    {
        if (_gate.IsDown)
            LogEvents.StoreDown(_logger, _settings.Name, _room.Writes, error!);
        else
            LogEvents.StoreUp(_logger, _settings.Name, _room.Writes);
    }
}
