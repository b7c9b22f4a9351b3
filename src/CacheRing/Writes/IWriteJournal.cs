namespace CacheRing;

/// <summary>
/// Keeps the writes of a write-behind cache until the store has them, also when the process dies. The package
/// CacheRing.Journal has one on disk. Safe for any number of threads once it is open.
/// </summary>
public interface IWriteJournal : IAsyncDisposable
{
    /// <summary>Opens it, for this process alone. To be called once, before anything else.</summary>
    /// <returns>What it holds that was not confirmed, by sequence.</returns>
    /// <exception cref="IOException">It is in use by another process, or cannot be read or written.</exception>
    ValueTask<JournalRecovery> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Appends a write. Of two calls, the one that returns first has the lower sequence.</summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="key">The key's bytes. Read before the call returns.</param>
    /// <param name="value">The value's bytes; empty for a delete. Read before the call returns.</param>
    /// <param name="entry">What it was given.</param>
    /// <returns>Ends when it is on disk.</returns>
    /// <exception cref="IOException">It cannot be written: the disk is full, say. Nothing that was acknowledged is lost.</exception>
    ValueTask AppendAsync(StoreWriteKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out JournalEntry entry);

    /// <summary>
    /// The store has a write, or it was given up, or a later write of the key has taken its place: it need not be replayed. That
    /// may reach the disk some time later; until then it is replayed, with the same id. What is settled earlier reaches the disk
    /// no later: a crash forgets the last ones, and none from among them. Cheap, and never waits. Twice is no error.
    /// </summary>
    void Settle(JournalEntry entry);
}

/// <summary>A write in a journal.</summary>
/// <param name="sequence">Its place.</param>
public class JournalEntry(long sequence)
{
    /// <summary>
    /// Grows from write to write, over the whole life of the journal. Never given twice, also when the process has died before the
    /// write was on disk: the store may have been given it already.
    /// </summary>
    public long Sequence => sequence;
}

/// <summary>A write that a journal was found to hold.</summary>
/// <param name="Entry">Its place.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="Key">The key's bytes.</param>
/// <param name="Value">The value's bytes.</param>
public sealed record JournalRecord(JournalEntry Entry, StoreWriteKind Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>What a journal was found to hold when it was opened.</summary>
/// <param name="Id">The journal's own number, given at random when it was made: it makes the ids of its writes unique.</param>
/// <param name="LastSequence">The last sequence that it has given; 0 when it is new.</param>
/// <param name="Records">What was not settled, by sequence.</param>
public sealed record JournalRecovery(long Id, long LastSequence, IReadOnlyList<JournalRecord> Records);
