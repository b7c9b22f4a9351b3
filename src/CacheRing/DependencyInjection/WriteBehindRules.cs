namespace CacheRing.DependencyInjection;

/// <summary>Rules for the options of a write-behind cache.</summary>
internal static class WriteBehindRules
{
    private const int MostWrites = 100_000;
    private const int MostBatches = 256;
    private const int MostAttempts = 1_000;
    private static readonly TimeSpan MostDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static void Check(WriteBehindOptions options, OptionProblems problems)
    {
        problems.AddUnless(
            options.BatchDelay >= TimeSpan.Zero && options.BatchDelay <= MostDelay, nameof(options.BatchDelay), $"is {options.BatchDelay}. Give 0 to {MostDelay}");
        Between(options.BatchSize, MostWrites, nameof(options.BatchSize), problems);
        Between(options.FlushAtPending, int.MaxValue, nameof(options.FlushAtPending), problems);
        Between(options.MaxParallelBatches, MostBatches, nameof(options.MaxParallelBatches), problems);
        Between(options.MaxPending, int.MaxValue, nameof(options.MaxPending), problems);
        problems.AddUnless(options.MaxPendingBytes >= 1, nameof(options.MaxPendingBytes), FormattableString.Invariant($"is {options.MaxPendingBytes}. Give at least 1"));
        problems.AddUnless(options.MaxAge is null || options.MaxAge > TimeSpan.Zero, nameof(options.MaxAge), $"is {options.MaxAge}. Give more than zero, or null for none");
        problems.AddUnless(Enum.IsDefined(options.WhenFull), nameof(options.WhenFull), $"is {(int)options.WhenFull}, which is no mode. Give Wait or Refuse");
        Timeout(options.FullTimeout, nameof(options.FullTimeout), problems);
        Between(options.MaxAttempts, MostAttempts, nameof(options.MaxAttempts), problems);
        problems.AddUnless(
            options.RetryDelay >= ShortestPause && options.RetryDelay <= MostDelay, nameof(options.RetryDelay), $"is {options.RetryDelay}. Give {ShortestPause.TotalMilliseconds} ms to {MostDelay}");
        problems.AddUnless(
            options.MaxRetryDelay >= options.RetryDelay && options.MaxRetryDelay <= Longest,
            nameof(options.MaxRetryDelay),
            $"is {options.MaxRetryDelay}. Give RetryDelay ({options.RetryDelay}) to {Longest}");
        Timeout(options.StoreTimeout, nameof(options.StoreTimeout), problems);
        problems.AddUnless(Enum.IsDefined(options.DeadLetters), nameof(options.DeadLetters), $"is {(int)options.DeadLetters}, which is no mode. Give Skip or Hold");
        problems.AddUnless(
            options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= Longest, nameof(options.DrainTimeout), $"is {options.DrainTimeout}. Give 0 to {Longest}");
    }

    private static void Between(int value, int most, string option, OptionProblems problems) =>
        problems.AddUnless(value >= 1 && value <= most, option, FormattableString.Invariant($"is {value}. Give 1 to {most}"));

    private static void Timeout(TimeSpan value, string option, OptionProblems problems) =>
        problems.AddUnless(
            value == System.Threading.Timeout.InfiniteTimeSpan || (value > TimeSpan.Zero && value <= Longest), option, $"is {value}. Give more than zero and up to {Longest}, or Timeout.InfiniteTimeSpan");
}
