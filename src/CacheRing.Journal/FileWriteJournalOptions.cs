namespace CacheRing;

/// <summary>Settings of a <see cref="FileWriteJournal"/>. Read once, when it is made.</summary>
public sealed class FileWriteJournalOptions
{
    /// <summary>
    /// The folder of its files, for this journal alone; it is made if it is not there. On a disk that outlives the process: not in a
    /// container's own layer, not on tmpfs, not on a network file system without locks. Required.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>
    /// The most bytes that the journal may have; its files may have one <see cref="SegmentBytes"/> more. When they are reached,
    /// writes are refused with a <see cref="JournalFullException"/> until the store has caught up. At least 16 MiB. Default: 1 GiB.
    /// </summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// The bytes of a file, a power of two; files whose writes are all settled are deleted. From 4 MiB to 256 MiB.
    /// Default: 16 MiB.
    /// </summary>
    public int SegmentBytes { get; set; } = 16 << 20;

    /// <summary>The most bytes of one write, its key and value together. From 1 KiB to 64 MiB. Default: 1 MiB.</summary>
    public int MaxWriteBytes { get; set; } = 1 << 20;

    /// <summary>
    /// How long a commit waits for more writes. Zero: it begins as soon as the one before has ended, and takes all that have
    /// come meanwhile. From 0 to 1 s. Default: zero.
    /// </summary>
    public TimeSpan CommitDelay { get; set; }

    /// <summary>
    /// How long opening waits for another process to let go of the folder: the one before, that is still ending. From 0 to 5 min.
    /// Default: 10 s.
    /// </summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    internal void Check()
    {
        Require(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), "is missing. Give the folder that the journal is to have for itself");
        Require(MaxBytes >= 16 << 20, nameof(MaxBytes), FormattableString.Invariant($"is {MaxBytes}. Give at least {16 << 20} (16 MiB)"));
        Require(
            SegmentBytes is >= 4 << 20 and <= 256 << 20 && int.IsPow2(SegmentBytes), nameof(SegmentBytes),
            FormattableString.Invariant($"is {SegmentBytes}. Give a power of two from {4 << 20} (4 MiB) to {256 << 20} (256 MiB)"));
        Require(
            MaxWriteBytes is >= 1 << 10 and <= 64 << 20, nameof(MaxWriteBytes), FormattableString.Invariant($"is {MaxWriteBytes}. Give {1 << 10} (1 KiB) to {64 << 20} (64 MiB)"));
        Require(LockTimeout >= TimeSpan.Zero && LockTimeout <= TimeSpan.FromMinutes(5), nameof(LockTimeout), $"is {LockTimeout}. Give 0 to 5 min");
        Require(CommitDelay >= TimeSpan.Zero && CommitDelay <= TimeSpan.FromSeconds(1), nameof(CommitDelay), $"is {CommitDelay}. Give 0 to 1 s");
    }

    private static void Require(bool isRight, string option, string problem)
    {
        if (!isRight)
            throw new ArgumentException($"FileWriteJournalOptions.{option} {problem}.");
    }
}
