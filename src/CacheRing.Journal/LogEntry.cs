namespace CacheRing.Journal;

/// <summary>A write's place in the log. What can change is guarded by the journal.</summary>
internal sealed class LogEntry(long sequence) : JournalEntry(sequence)
{
    /// <summary>Where its record begins.</summary>
    public long Address { get; set; }

    public bool IsSettled { get; set; }
}
