namespace CacheRing;

/// <summary>Settings of a write-behind cache. Read once, when the cache is made.</summary>
public sealed class WriteBehindOptions : ReadThroughOptions
{
    /// <summary>
    /// How long a write waits, so that later ones of its key take its place and others join its batch. Longer spares the store
    /// more, and leaves more to be lost where there is no journal. From 0 to 1 hour. Default: 500 ms.
    /// </summary>
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most writes that one call of the store is given. From 1 to 100,000. Default: 500.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// As soon as so many keys wait, the oldest of them go without waiting for <see cref="BatchDelay"/> to end. Make it
    /// <see cref="BatchSize"/> to have each full batch go at once, and greater to have more writes coalesced. At least 1.
    /// Default: 75,000, three quarters of what may be pending.
    /// </summary>
    public int FlushAtPending { get; set; } = 75_000;

    /// <summary>How many batches, of different keys, are given to the store at the same time. From 1 to 256. Default: 2.</summary>
    public int MaxParallelBatches { get; set; } = 2;

    /// <summary>
    /// The most writes that are pending, those under way included; a write that takes another's place needs no room. At least 1.
    /// Default: 100,000.
    /// </summary>
    public int MaxPending { get; set; } = 100_000;

    /// <summary>The most bytes of keys and serialized values that are pending. At least 1. Default: 256 MiB.</summary>
    public long MaxPendingBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// No more is taken while a write has waited so long for its first turn: the store is down, or slower than the writers. Null:
    /// however long. Positive. Default: null.
    /// </summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>What a write does when a bound is reached. Default: it waits.</summary>
    public WriteBehindFullMode WhenFull { get; set; }

    /// <summary>
    /// How long it waits for room before it is refused. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 30 s.
    /// </summary>
    public TimeSpan FullTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a write is tried by itself before it is given to the dead-letter sink. A failure counts only when the store has
    /// carried out another write since the one before it: while it takes nothing it is down, and nothing is given up. From 1 to
    /// 1,000. Default: 10, which take about a minute.
    /// </summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The pause after a first failure; it doubles from one to the next, with jitter. From 1 ms to 1 hour. Default: 100 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause. At least <see cref="RetryDelay"/>, at most 1 day. Default: 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a call of the store may take before it is cancelled and counts as failed. Positive, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>. Default: 30 s.
    /// </summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of later writes of a key of which one was given up. Default: they go on.</summary>
    public DeadLetterMode DeadLetters { get; set; }

    /// <summary>
    /// How long the shutdown of the host waits for the store to get what is pending; what is left is reported, and without a
    /// journal lost. The host's own <c>ShutdownTimeout</c> ends it earlier. Not negative. Default: 20 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Makes the journal that keeps writes until the store has them, also when the process dies; null: they are in memory alone.
    /// The package CacheRing.Journal sets it (<c>UseJournal</c>). It is this cache's alone, which disposes of it. Default: null.
    /// </summary>
    public Func<IServiceProvider, IWriteJournal>? Journal { get; set; }
}

/// <summary>What a write does when a bound of a write-behind cache is reached.</summary>
public enum WriteBehindFullMode
{
    /// <summary>It waits for room, for <see cref="WriteBehindOptions.FullTimeout"/> at most.</summary>
    Wait,

    /// <summary>It is refused at once, with a <see cref="WriteBehindFullException"/>.</summary>
    Refuse,
}

/// <summary>What becomes of later writes of a key of which one was given up.</summary>
public enum DeadLetterMode
{
    /// <summary>They are given to the store like any other: the one that was given up is skipped.</summary>
    Skip,

    /// <summary>
    /// The key is held: they are given to the dead-letter sink as well, in order, until the process ends. For stores in which a
    /// later write means nothing without the earlier.
    /// </summary>
    Hold,
}
