using CacheRing.Journal;

namespace CacheRing;

/// <content>A log is begun anew at each start and after each failure, also on a disk that is full.</content>
public sealed partial class FileWriteJournal
{
    // Of a write, when the log was last begun.
    private long _averageBytes;

    /// <summary>
    /// Begins a log at the start. A disk that is full then does not keep what is pending from the store: the journal opens as one that
    /// has failed, refuses writes, and is mended when there is room.
    /// </summary>
    private async Task BeginOrFailAsync(IReadOnlyList<JournalRecord> live, long lastNumber)
    {
        try
        {
            await BeginAnewAsync(live).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the disk says: it is logged, and told to each writer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                foreach (JournalRecord record in live)
                    _entries.Enqueue((LogEntry)record.Entry);
                _live = live.Count;
                _committedNumber = lastNumber;
                Fail(error);
            }
        }
    }

    /// <summary>Begins a log with what is live; on a disk without room, in that which is kept for it.</summary>
    /// <exception cref="IOException">There is not enough.</exception>
    private async Task BeginAnewAsync(IReadOnlyList<JournalRecord> live)
    {
        long bytes = BytesOf(live);
        _averageBytes = live.Count == 0 ? 0 : bytes / live.Count;
        if (!_reserve.HasRoomFor(bytes))
            throw new IOException(FormattableString.Invariant($"There is no room to write the {bytes} bytes that wait for the store anew."));
        try
        {
            await BeginLogAsync(live).ConfigureAwait(false);
        }
        catch (Exception) when (_reserve.Suffices(bytes))
        {
            _reserve.Give();
            await BeginLogAsync(live).ConfigureAwait(false);
        }

        _reserve.Take();
    }

    /// <summary>Begins a log with what is live, and lets go of the one before. To be called by the committer, or before it begins.</summary>
    private async Task BeginLogAsync(IReadOnlyList<JournalRecord> live)
    {
        JournalHead next = _head with { Generation = _head.Generation + 1, LastSequence = _sequence };
        string directory = next.LogDirectory(_directory);
        foreach (string other in Directory.EnumerateDirectories(_directory, "log-*").Where(other => other != _head.LogDirectory(_directory)))
            Directory.Delete(other, recursive: true);
        SegmentedLog log = new(directory, _options, _device);
        try
        {
            Queue<LogEntry> entries = new();
            long number = 0;
            foreach (JournalRecord record in live)
            {
                byte[] bytes = new byte[JournalFormat.HeaderLength + JournalFormat.WriteLength + record.Key.Length + record.Value.Length];
                _format.Write(bytes, ++number, KindOf(record.Kind), record.Entry.Sequence, record.Key.Span, record.Value.Span);
                LogEntry entry = (LogEntry)record.Entry;
                entry.Address = log.Append(bytes);
                entries.Enqueue(entry);
            }

            await log.CommitAsync().ConfigureAwait(false);
            next.Write(_directory);
            string old = _head.LogDirectory(_directory);
            lock (_gate)
            {
                _entries.Clear();
                foreach (LogEntry entry in entries)
                    _entries.Enqueue(entry);
                _sequence = Math.Max(_sequence, next.SequenceBefore);
                (_log, _head, _number, _committedNumber, _live, _failure) = (log, next, number, number, entries.Count(static entry => !entry.IsSettled), null);
            }

            if (Directory.Exists(old))
                Directory.Delete(old, recursive: true);
        }
        catch
        {
            if (_log != log)
            {
                log.Dispose();
                Directory.Delete(directory, recursive: true);
            }

            throw;
        }
    }

    /// <summary>After a failure: begins a log anew, with what is live in the one that failed.</summary>
    private async Task MendAsync()
    {
        int pending;
        lock (_gate)
            pending = _live;

        // On a disk that is full of it there is no need to read it all to find that it does not fit.
        if (!_reserve.HasRoomFor(pending * _averageBytes))
            return;
        Dictionary<long, LogEntry> live;
        lock (_gate)
        {
            _log?.Dispose();
            _log = null;
            live = _entries.Where(static entry => !entry.IsSettled).ToDictionary(static entry => entry.Sequence);
        }

        LogReader found = LogReader.Read(_format, SegmentedLog.FilesIn(_head.LogDirectory(_directory)), _committedNumber);
        await BeginAnewAsync([.. found.Live
            .Where(record => live.ContainsKey(record.Entry.Sequence))
            .Select(record => record with { Entry = live[record.Entry.Sequence] })]).ConfigureAwait(false);
        LogMessages.Mended(_logger, _directory);
    }
}
