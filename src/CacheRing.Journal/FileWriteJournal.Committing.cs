using CacheRing.Journal;

namespace CacheRing;

/// <content>One task that commits for all, truncates, and has what has failed mended.</content>
public sealed partial class FileWriteJournal
{
    // Nobody waits for what is settled to be on disk.
    private static readonly TimeSpan SettleDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MendDelay = TimeSpan.FromSeconds(1);
    private const int SettledInARecord = 100;
    private const int MovedAtOnce = 100;

    /// <summary>Never throws.</summary>
    private async Task CommitAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            bool isEnding = await WaitAsync().ConfigureAwait(false);
            CommitGroup group = Take();
            try
            {
                if (_failure is null)
                {
                    await _log!.CommitAsync().ConfigureAwait(false);
                    _committedNumber = group.LastNumber;
                    group.Committed.TrySetResult();
                    await TidyAsync().ConfigureAwait(false);
                }
                else
                {
                    // They came before it had failed, and were not committed.
                    Refuse(group, _failure);
                    if (!isEnding)
                        await MendAsync().ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Whatever the disk says, those who wait are to know.
            catch (Exception error)
#pragma warning restore CA1031
            {
                lock (_gate)
                    Fail(error);
            }

            if (_failure is { } failure)
                Refuse(group, failure);
            if (isEnding)
            {
                Refuse(Take(), _failure ?? new ObjectDisposedException(nameof(FileWriteJournal)));
                return;
            }
        }
    }

    /// <summary>Waits for writes; and if there is only something settled, a moment more.</summary>
    private async Task<bool> WaitAsync()
    {
        await _wake.Task.WaitAsync(_failure is null ? Timeout.InfiniteTimeSpan : MendDelay, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Volatile.Write(ref _wake, NewWake());
        bool isUrgent;
        lock (_gate)
            isUrgent = _isEnding || _group.HasWrites || _failure is not null;
        if (!isUrgent)
        {
            await _wake.Task.WaitAsync(SettleDelay, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _wake, NewWake());
        }

        lock (_gate)
        {
            if (_isEnding)
                return true;
        }

        if (_options.CommitDelay > TimeSpan.Zero)
            await Task.Delay(_options.CommitDelay, _time).ConfigureAwait(false);
        return false;
    }

    /// <summary>Takes those who wait for the next commit, and has what is settled be a part of it.</summary>
    private CommitGroup Take()
    {
        lock (_gate)
        {
            if (_failure is null && _log is not null)
                AppendSettled();
            CommitGroup group = _group;
            group.LastNumber = _number;
            _group = new CommitGroup();
            return group;
        }
    }

    // Under the gate, and in the order in which they were settled.
    private void AppendSettled()
    {
        Span<byte> record = stackalloc byte[JournalFormat.HeaderLength + (SettledInARecord * sizeof(long))];
        foreach (long[] sequences in _toSettle.Chunk(SettledInARecord))
        {
            try
            {
                _log!.Append(record[.._format.Write(record, _number + 1, sequences)]);
            }
#pragma warning disable CA1031 // Whatever it is: the log is begun anew without what is settled.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Fail(error);
                return;
            }

            _number++;
        }

        _toSettle.Clear();
    }

    private void Refuse(CommitGroup group, Exception failure)
    {
        if (!group.HasWrites)
            return;
        group.Committed.TrySetException(failure is ObjectDisposedException ? failure : Unwritable(failure));

        // They may all have gone: an exception that nobody asks for must not end the process.
        _ = group.Committed.Task.Exception;
    }

    // Under the gate.
    private void Fail(Exception error)
    {
        if (_failure is null)
            LogMessages.Failed(_logger, _directory, error);
        _failure = error;
    }

    /// <summary>Lets go of files of which nothing is needed; where little keeps much, that is moved to the end.</summary>
    private async Task TidyAsync()
    {
        bool moves;
        lock (_gate)
        {
            // The last one stays, settled or not: from it the next number is known.
            while (_entries.Count > 1 && _entries.Peek().IsSettled)
                _entries.Dequeue();
            SegmentedLog log = _log!;
            if (_entries.TryPeek(out LogEntry? first) && first.Address - log.BeginAddress >= Math.Min(log.SegmentBytes, _options.MaxBytes / 8))
                log.TruncateUntil(first.Address);
            moves = log.Bytes > _options.MaxBytes / 2 && _live < _entries.Count / 2;
        }

        if (moves)
            await MoveAsync().ConfigureAwait(false);
    }

    private async Task MoveAsync()
    {
        // What is moved goes behind this, and is not moved again.
        long end = _log!.CommittedUntil;
        for (int moved = 0; moved < MovedAtOnce; moved++)
        {
            LogEntry first;
            lock (_gate)
            {
                while (_entries.Count > 1 && _entries.Peek().IsSettled)
                    _entries.Dequeue();
                first = _entries.Peek();
                if (_entries.Count <= 1 || first.Address >= end)
                    break;
            }

            byte[] record = await _log!.ReadAsync(first.Address).ConfigureAwait(false);
            if (!_format.TryRead(record, out _, out RecordKind kind, out ReadOnlySpan<byte> body))
                throw new InvalidDataException("A record of the journal is not what was written.");
            lock (_gate)
            {
                // With the same sequence; and not after its own end.
                if (first.IsSettled)
                {
                    _entries.Dequeue();
                    continue;
                }

                JournalFormat.ReadWrite(body, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);
                byte[] copy = new byte[JournalFormat.HeaderLength + body.Length];
                _format.Write(copy, _number + 1, kind, first.Sequence, key, value);
                Append(first, copy);
                _entries.Dequeue();
            }
        }

        Wake();
    }
}
