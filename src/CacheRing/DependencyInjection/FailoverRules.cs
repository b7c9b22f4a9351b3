namespace CacheRing.DependencyInjection;

/// <summary>Rules for how a node that fails is given up and taken back.</summary>
internal static class FailoverRules
{
    private const int MostHints = 10_000_000;

    public static void Check(FailoverOptions failover, OptionProblems problems)
    {
        CheckDefined(failover.Mode, nameof(failover.Mode), problems);
        CheckDefined(failover.FencePolicy, nameof(failover.FencePolicy), problems);
        CheckDefined(failover.FenceCheck, nameof(failover.FenceCheck), problems);
        CheckCount(failover.Retries, 0, 5, nameof(failover.Retries), problems);
        CheckCount(failover.FailuresBeforeEjection, 2, 1000, nameof(failover.FailuresBeforeEjection), problems);
        CheckCount(failover.MaxHints, 1, MostHints, nameof(failover.MaxHints), problems);
        CheckTime(failover.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), nameof(failover.RetryDelay), problems);
        CheckTime(failover.ProbeInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), nameof(failover.ProbeInterval), problems);
        CheckTime(failover.MaxProbeInterval, failover.ProbeInterval, TimeSpan.FromMinutes(10), nameof(failover.MaxProbeInterval), problems);
        CheckTime(failover.FenceCheckInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), nameof(failover.FenceCheckInterval), problems);
        CheckTime(failover.MaxHintAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(failover.MaxHintAge), problems);
        CheckTime(failover.GuestLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(failover.GuestLifetime), problems);
    }

    /// <summary>What needs the header that <see cref="EntryFormat.Raw"/> has not.</summary>
    public static void CheckRaw(FailoverOptions failover, OptionProblems problems)
    {
        const string Why = "but entries of EntryFormat.Raw have no header, and so no generation: what a node missed is only bounded by the entries' time to live";
        problems.AddUnless(
            failover.Mode != FailoverMode.NextNode, "Failover.Mode", "is NextNode, but a copy of EntryFormat.Raw could not be told from an entry. Leave it at Miss, or use EntryFormat.CacheRing");
        problems.AddUnless(
            failover.FencePolicy != FencePolicy.OnEjection, "Failover.FencePolicy", $"is OnEjection, {Why}. Leave it at OnDoubt, or use EntryFormat.CacheRing");
        problems.AddUnless(
            failover.FenceCheck != FenceCheck.EveryRead, "Failover.FenceCheck", $"is EveryRead, {Why}. Leave it at Interval, or use EntryFormat.CacheRing");
    }

    private static void CheckDefined<TEnum>(TEnum value, string option, OptionProblems problems)
        where TEnum : struct, Enum =>
        problems.AddUnless(
            Enum.IsDefined(value), $"Failover.{option}", $"is {value}, which is no such value. Give {string.Join(" or ", Enum.GetNames<TEnum>())}");

    private static void CheckCount(int value, int least, int most, string option, OptionProblems problems) =>
        problems.AddUnless(
            value >= least && value <= most, $"Failover.{option}", FormattableString.Invariant($"is {value}. Give {least} to {most}"));

    private static void CheckTime(TimeSpan time, TimeSpan least, TimeSpan most, string option, OptionProblems problems) =>
        problems.AddUnless(
            time >= least && time <= most, $"Failover.{option}", FormattableString.Invariant($"is {time}. Give {least} to {most}"));
}
