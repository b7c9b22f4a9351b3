namespace CacheRing.UnitTests.Writes;

/// <summary>A journal that is on disk when the test says so, and says what would be replayed.</summary>
internal sealed class FakeJournal : IWriteJournal
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, JournalRecord> _kept = [];
    private long _last;

    /// <summary>What an append waits for; null: it is on disk at once.</summary>
    public Func<long, Task>? Disk { get; set; }

    /// <summary>What an append throws.</summary>
    public Exception? Failure { get; set; }

    public List<long> Settled { get; } = [];

    public bool IsDisposed { get; private set; }

    public JournalRecord[] Kept
    {
        get
        {
            lock (_gate)
                return [.. _kept.Values];
        }
    }

    public ValueTask<JournalRecovery> OpenAsync(CancellationToken cancellationToken) => new(new JournalRecovery(7, _last, Kept));

    public ValueTask AppendAsync(StoreWriteKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out JournalEntry entry)
    {
        if (Failure is not null)
            throw Failure;
        lock (_gate)
        {
            entry = new JournalEntry(++_last);
            _kept.Add(_last, new JournalRecord(entry, kind, key.ToArray(), value.ToArray()));
            return Disk is null ? default : new ValueTask(Disk(_last));
        }
    }

    public void Settle(JournalEntry entry)
    {
        lock (_gate)
        {
            _kept.Remove(entry.Sequence);
            Settled.Add(entry.Sequence);
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
