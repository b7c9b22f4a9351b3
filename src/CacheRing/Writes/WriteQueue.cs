using System.Collections.Concurrent;
using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Writes;

/// <summary>
/// Takes writes at once and gives them to the store later: in batches, in order for each key, the last value in the place of
/// those before it. What it has taken it gives up only to the dead-letter sink, never silently; in memory alone it is lost with
/// the process. Safe for any number of threads.
/// </summary>
internal sealed partial class WriteQueue<TKey, TValue> : IAsyncDisposable
    where TKey : notnull
{
    private readonly WriteQueueSettings _settings;
    private readonly IWriteTarget<TKey, TValue> _target;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WriteMeter _meter;
    private readonly ConcurrentDictionary<TKey, KeyLine<TKey, TValue>> _lines = new();
    private readonly ConcurrentQueue<KeyLine<TKey, TValue>> _queued = new();
    private readonly Signal _signal = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Room _room;
    private readonly StoreGate _gate;
    private IWriteJournal? _journal;
    private WriteNumbers _numbers;
    private Task? _dispatching;
    private int _queuedLines;
    private int _hurries;
    private volatile bool _isEnding;

    public WriteQueue(WriteQueueSettings settings, IWriteTarget<TKey, TValue> target, TimeProvider time, ILogger logger, WriteMeter meter)
    {
        _settings = settings;
        _target = target;
        _time = time;
        _logger = logger;
        _meter = meter;
        _numbers = new WriteNumbers(time);
        _room = new Room(settings.MaxPending, settings.MaxPendingBytes);
        _gate = new StoreGate(settings.MaxParallelBatches, settings.RetryDelay, settings.MaxRetryDelay, time);
        _retry = PipelineOf(settings, time);
    }

    /// <summary>The stable ids of its writes.</summary>
    public WriteNumbers Numbers => _numbers;

    /// <summary>Begins to give writes to the store.</summary>
    public void Start() => _dispatching ??= DispatchAsync();

    /// <summary>What is pending of a key and a reader is to see. Takes no lock.</summary>
    public bool TryGetNewest(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out PendingWrite<TKey, TValue> write)
    {
        write = _lines.TryGetValue(key, out KeyLine<TKey, TValue>? line) ? line.Newest : null;
        return write is not null;
    }

    /// <summary>
    /// Takes a write. When it ends the write is seen by readers, and is on disk where there is a journal.
    /// </summary>
    /// <param name="write">A new write.</param>
    /// <param name="journalKey">The key's bytes; empty without a journal.</param>
    /// <param name="cancellation">Ends the wait for room.</param>
    /// <exception cref="WriteBehindFullException">There is no room, and it is not waited for (any longer).</exception>
    /// <exception cref="ObjectDisposedException">Nothing is taken any more.</exception>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public ValueTask EnqueueAsync(PendingWrite<TKey, TValue> write, byte[] journalKey, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        return TryTake(write, journalKey) ? Taken(write) : WaitForRoomAsync(write, journalKey, cancellation);
    }

    /// <summary>Takes what a journal was found to hold, and from now on keeps writes in it. To be called before anything is written.</summary>
    public void Restore(IWriteJournal journal, JournalRecovery found, IEnumerable<PendingWrite<TKey, TValue>> writes)
    {
        _journal = journal;
        _numbers = new WriteNumbers(found.Id, found.LastSequence);
        foreach (PendingWrite<TKey, TValue> write in writes)
        {
            KeyLine<TKey, TValue> line = _lines.GetOrAdd(write.Key, static _ => new KeyLine<TKey, TValue>());
            lock (line)
            {
                (int count, long bytes) = line.GrowthBy(write.Kind, write.Size);
                _room.Take(count, bytes);
                Add(line, write, write.Entry!.Sequence);

                // It is on disk.
                SettleCovered(write);
            }
        }
    }

    private bool TryTake(PendingWrite<TKey, TValue> write, byte[] journalKey)
    {
        while (true)
        {
            KeyLine<TKey, TValue> line = _lines.GetOrAdd(write.Key, static _ => new KeyLine<TKey, TValue>());
            lock (line)
            {
                if (line.IsGone)
                    continue;
                try
                {
                    ObjectDisposedException.ThrowIf(_isEnding, this);
                    (int count, long bytes) = line.GrowthBy(write.Kind, write.Size);
                    if ((count > 0 && IsTooOld()) || !_room.TryTake(count, bytes))
                        return false;
                    try
                    {
                        if (_journal is not null)
                        {
                            write.Saved = _journal.AppendAsync(write.Kind, journalKey, write.Bytes, out JournalEntry entry).AsTask();
                            write.Entry = entry;
                        }
                    }
                    catch
                    {
                        _room.Give(count, bytes);
                        throw;
                    }

                    Add(line, write, write.Entry?.Sequence ?? _numbers.Next());
                }
                finally
                {
                    if (line.IsEmpty)
                        Leave(line, write.Key);
                }
            }

            return true;
        }
    }

    // Under the line's lock.
    private void Add(KeyLine<TKey, TValue> line, PendingWrite<TKey, TValue> write, long sequence)
    {
        write.Line = line;
        write.Sequence = write.FirstSequence = sequence;
        write.Since = _time.GetTimestamp();
        bool isPlaced = line.Add(write);
        _meter.Taken(isPlaced);
        if (line.UnderWay is null && !line.IsQueued)
            Queue(line);
    }

    // Under the line's lock.
    private void Queue(KeyLine<TKey, TValue> line)
    {
        line.IsQueued = true;
        line.QueuedAt = _time.GetTimestamp();
        _queued.Enqueue(line);
        int count = Interlocked.Increment(ref _queuedLines);
        if (count == 1 || count == _settings.FlushAtPending)
            _signal.Set();
    }

    // Under the line's lock.
    private void Leave(KeyLine<TKey, TValue> line, TKey key)
    {
        line.Leave();
        _lines.TryRemove(new KeyValuePair<TKey, KeyLine<TKey, TValue>>(key, line));
    }

    private ValueTask Taken(PendingWrite<TKey, TValue> write) => write.Saved is null ? default : SavedAsync(write, write.Saved);

    private async ValueTask SavedAsync(PendingWrite<TKey, TValue> write, Task saved)
    {
        await saved.ConfigureAwait(false);
        if (write.Covered is null)
            return;
        lock (write.Line)
            SettleCovered(write);
    }

    /// <summary>What a write that is on disk has taken the place of need not be kept. Under the line's lock.</summary>
    private void SettleCovered(PendingWrite<TKey, TValue> write)
    {
        PendingWrite<TKey, TValue>? next = write.Covered;
        if (next is null || _journal is null)
            return;
        write.Covered = null;
        Stack<JournalEntry> entries = [];
        while (next is { } covered)
        {
            entries.Push(covered.Entry!);
            next = covered.Covered;
            covered.Covered = null;
        }

        // The earliest first: if a crash forgets some of it, it forgets the last ones.
        foreach (JournalEntry entry in entries)
            _journal.Settle(entry);
    }

    private bool IsTooOld() => _settings.MaxAge is { } most && _queued.TryPeek(out KeyLine<TKey, TValue>? line) && _time.GetElapsedTime(line.QueuedAt) > most;

    private async ValueTask WaitForRoomAsync(PendingWrite<TKey, TValue> write, byte[] journalKey, CancellationToken cancellation)
    {
        if (!_room.CanEverTake(write.Size))
        {
            _meter.Refused();
            throw new WriteBehindFullException(FormattableString.Invariant(
                $"A write of {write.Size} bytes is more than the write-behind cache '{_settings.Name}' may have pending. Raise MaxPendingBytes ({_settings.MaxPendingBytes})."));
        }

        if (_settings.Refuses)
            throw Full();
        long since = _time.GetTimestamp();

        // Counted before the signal and until the end: what looks after it must find that somebody waits, or it sleeps out the delay.
        using (Room.Waiting room = _room.Wait())
        {
            _signal.Set();
            for (Task freed = room.Freed; !TryTake(write, journalKey); freed = room.Freed)
            {
                TimeSpan left = Timeout.InfiniteTimeSpan;
                if (_settings.FullTimeout != Timeout.InfiniteTimeSpan)
                {
                    left = _settings.FullTimeout - _time.GetElapsedTime(since);
                    if (left <= TimeSpan.Zero)
                        throw Full();
                }

                await freed.WaitAsync(left, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        await Taken(write).ConfigureAwait(false);
    }

    private WriteBehindFullException Full()
    {
        _meter.Refused();
        string why = _gate.IsDown ? "its store takes no writes" : "its store is slower than the writers";
        return new WriteBehindFullException(FormattableString.Invariant(
            $"The write-behind cache '{_settings.Name}' has {_room.Writes} writes of {_room.Bytes} bytes pending: {why}. See to the store, or raise MaxPending ({_settings.MaxPending}), MaxPendingBytes ({_settings.MaxPendingBytes}) or MaxAge ({_settings.MaxAge?.ToString() ?? "none"})."));
    }
}
