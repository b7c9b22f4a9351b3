using System.Buffers;
using CacheRing.Journal;
using FASTER.core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CacheRing;

/// <summary>
/// A journal in files: what was acknowledged is on disk (written through its caches), and is found again after the process was
/// killed or the machine has lost its power. Writers that come at the same time share one commit. Over Microsoft's FasterLog. Safe
/// for any number of threads once it is open; for one process at a time, which a lock on the folder sees to.
/// </summary>
public sealed partial class FileWriteJournal : IWriteJournal
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);
    private readonly FileWriteJournalOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<string, IDevice>? _device;
    private readonly string _directory;
    private readonly DiskReserve _reserve;
    private readonly Lock _gate = new();

    // In the order of their addresses; the first is what keeps the log from being truncated.
    private readonly Queue<LogEntry> _entries = new();
    private readonly List<long> _toSettle = [];
    private FileStream? _lock;
    private JournalHead _head = new(0, 0, 0);
    private JournalFormat _format = new(0);
    private SegmentedLog? _log;
    private CommitGroup _group = new();
    private TaskCompletionSource _wake = NewWake();
    private Task? _committing;
    private Exception? _failure;
    private long _sequence;
    private long _number;
    private long _committedNumber;
    private int _live;
    private bool _isEnding;
    private bool _isFullReported;

    /// <summary>Makes a journal; <see cref="OpenAsync"/> opens it.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="logger">Where it reports; null: nowhere.</param>
    /// <param name="time">Its clock; null: the system's.</param>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    public FileWriteJournal(FileWriteJournalOptions options, ILogger? logger = null, TimeProvider? time = null)
        : this(options, logger, time, null)
    {
    }

    internal FileWriteJournal(FileWriteJournalOptions options, ILogger? logger, TimeProvider? time, Func<string, IDevice>? device)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _device = device;
        _directory = Path.GetFullPath(options.Directory!);
        _reserve = new DiskReserve(_directory);
    }

    /// <inheritdoc/>
    public async ValueTask<JournalRecovery> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_lock is not null)
            throw new InvalidOperationException("The journal is open.");
        Directory.CreateDirectory(_directory);
        _lock = await LockAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _head = JournalHead.Read(_directory) ?? JournalHead.New();
            _format = new JournalFormat(_head.Id);
            LogReader found = LogReader.Read(_format, SegmentedLog.FilesIn(_head.LogDirectory(_directory)));
            if (found.IsTorn)
                LogMessages.Torn(_logger, _directory);
            _sequence = Math.Max(_head.LastSequence, found.LastSequence);
            IReadOnlyList<JournalRecord> live = found.Live;
            await BeginOrFailAsync(live, found.LastNumber).ConfigureAwait(false);
            _committing = CommitAsync();
            LogMessages.Opened(_logger, _directory, live.Count, _log?.Bytes ?? BytesOf(live));
            return new JournalRecovery(_head.Id, _sequence, live);
        }
        catch
        {
            _log?.Dispose();
            _log = null;
            await _lock.DisposeAsync().ConfigureAwait(false);
            _lock = null;
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(StoreWriteKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out JournalEntry entry)
    {
        int length = JournalFormat.HeaderLength + JournalFormat.WriteLength + key.Length + value.Length;
        if (key.Length + value.Length > _options.MaxWriteBytes)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"A write of {key.Length + value.Length} bytes is more than the journal takes. Raise FileWriteJournalOptions.MaxWriteBytes ({_options.MaxWriteBytes})."));
        }

        byte[] record = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            CommitGroup group;
            lock (_gate)
            {
                Check(length);
                LogEntry appended = new(_sequence + 1);
                Append(appended, record.AsSpan(0, _format.Write(record, _number + 1, KindOf(kind), appended.Sequence, key, value)));
                _sequence++;
                _live++;
                entry = appended;
                group = _group;
                group.HasWrites = true;
            }

            Wake();
            return new ValueTask(group.Committed.Task);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }

    /// <inheritdoc/>
    public void Settle(JournalEntry entry)
    {
        if (entry is not LogEntry own)
            throw new ArgumentException("The entry is another journal's.", nameof(entry));
        lock (_gate)
        {
            if (own.IsSettled)
                return;
            own.IsSettled = true;
            _live--;
            _toSettle.Add(own.Sequence);
            if (_toSettle.Count > 1)
                return;
        }

        Wake();
    }

    /// <summary>Puts on disk what was appended and settled, and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isEnding)
                return;
            _isEnding = true;
        }

        Wake();
        if (_committing is not null)
            await _committing.ConfigureAwait(false);
        _log?.Dispose();
        if (_lock is not null)
            await _lock.DisposeAsync().ConfigureAwait(false);
    }

    private static long BytesOf(IReadOnlyList<JournalRecord> records) =>
        records.Sum(static record => (long)JournalFormat.HeaderLength + JournalFormat.WriteLength + record.Key.Length + record.Value.Length);

    private static RecordKind KindOf(StoreWriteKind kind) => kind == StoreWriteKind.Upsert ? RecordKind.Upsert : RecordKind.Delete;

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        string file = Path.Combine(_directory, "lock");
        long since = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error)
            {
                if (_time.GetElapsedTime(since) >= _options.LockTimeout)
                {
                    throw new IOException(
                        $"The journal in '{_directory}' is in use by another process, or its file 'lock' cannot be written. Give each cache of each process a folder of its own; after a crash the lock is gone with the process.", error);
                }
            }

            await Task.Delay(LockPause, _time, cancellation).ConfigureAwait(false);
        }
    }

    // Under the gate.
    private void Check(int length)
    {
        ObjectDisposedException.ThrowIf(_isEnding, this);
        if (_log is null && _failure is null)
            throw new InvalidOperationException("The journal is not open. Call OpenAsync first.");
        if (_failure is not null)
            throw Unwritable(_failure);
        if (_log!.Bytes + length <= _options.MaxBytes)
        {
            _isFullReported = false;
            return;
        }

        if (!_isFullReported)
            LogMessages.Full(_logger, _directory, _log.Bytes, _options.MaxBytes);
        _isFullReported = true;

        // What is settled may be gone after the next commit.
        Wake();
        throw new JournalFullException(FormattableString.Invariant(
            $"The journal in '{_directory}' has {_log.Bytes} bytes, of {_live} writes that the store does not have: no more fit. See to the store, or raise FileWriteJournalOptions.MaxBytes ({_options.MaxBytes})."));
    }

    private IOException Unwritable(Exception error) =>
        new($"The journal in '{_directory}' cannot be written: {error.Message} The write is not acknowledged; what was is kept. Is the disk full?", error);

    // Under the gate.
    private void Append(LogEntry entry, ReadOnlySpan<byte> record)
    {
        try
        {
            entry.Address = _log!.Append(record);
        }
        catch (Exception error)
        {
            Fail(error);
            throw Unwritable(error);
        }

        _number++;
        _entries.Enqueue(entry);
    }

    private void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>The writes that are committed together.</summary>
    private sealed class CommitGroup
    {
        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasWrites { get; set; }

        /// <summary>The number of the last record that belongs to it.</summary>
        public long LastNumber { get; set; }
    }
}
