using System.Text;
using CacheRing.Sharding;

namespace CacheRing.DependencyInjection;

/// <summary>Rules for the options that are not about nodes or rings.</summary>
internal static class LimitRules
{
    private const int LargestKey = 65_536;
    private const int LargestValue = 536_870_000;
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(10);

    // Below this a healthy machine that does something else for a moment would be silent.
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestTime = TimeSpan.FromMinutes(1);

    public static void Check(ShardedCacheOptions options, OptionProblems problems)
    {
        problems.AddUnless(options.InstanceName is not null, nameof(options.InstanceName), "is null. Leave it empty for none");
        problems.AddUnless(
            options.InstanceName is null || IsWellFormed(options.InstanceName),
            nameof(options.InstanceName),
            "is not well-formed UTF-16: it holds half a surrogate pair");
        problems.AddUnless(
            options.InstanceName?.StartsWith(KeyRouter.OwnPrefix, StringComparison.Ordinal) != true,
            nameof(options.InstanceName),
            $"begins with '{KeyRouter.OwnPrefix}', as the records that a cache without an InstanceName keeps on the same servers. Choose another beginning");
        problems.AddUnless(
            options.MaxKeyBytes is >= 1 and <= LargestKey,
            nameof(options.MaxKeyBytes),
            FormattableString.Invariant($"is {options.MaxKeyBytes}. Give 1 to {LargestKey}"));
        problems.AddUnless(
            options.MaxValueBytes is >= 1 and <= LargestValue,
            nameof(options.MaxValueBytes),
            FormattableString.Invariant($"is {options.MaxValueBytes}. Give 1 to {LargestValue}"));
        problems.AddUnless(
            options.DefaultExpiration is null || options.DefaultExpiration > TimeSpan.Zero,
            nameof(options.DefaultExpiration),
            "is not greater than zero. Leave it out for entries that do not expire");
        problems.AddUnless(
            Enum.IsDefined(options.EntryFormat), nameof(options.EntryFormat), $"is {(int)options.EntryFormat}, which is no format");
        problems.AddUnless(options.Ring is not null, nameof(options.Ring), "is null. Leave it out for the defaults");
        problems.AddUnless(options.Failover is not null, nameof(options.Failover), "is null. Leave it out for the defaults");
        if (options.Failover is { } failover)
            CheckFailover(failover, options.EntryFormat, problems);
    }

    private static void CheckFailover(FailoverOptions failover, EntryFormat format, OptionProblems problems)
    {
        problems.AddUnless(
            Enum.IsDefined(failover.OnReadFailure), "Failover.OnReadFailure", $"is {(int)failover.OnReadFailure}, which is no behaviour. Give Miss or Throw");
        CheckTime(failover.OperationTimeout, "Failover.OperationTimeout", problems);
        problems.AddUnless(
            failover.SilenceTimeout >= ShortestSilence && failover.SilenceTimeout <= LongestTime,
            "Failover.SilenceTimeout",
            FormattableString.Invariant($"is {failover.SilenceTimeout}. Give {ShortestSilence.TotalMilliseconds} ms to {LongestTime.TotalSeconds} s"));
        CheckTime(failover.ConnectTimeout, "Failover.ConnectTimeout", problems);
        CheckTime(failover.ReconnectDelay, "Failover.ReconnectDelay", problems);
        FailoverRules.Check(failover, problems);
        if (format == EntryFormat.Raw)
            FailoverRules.CheckRaw(failover, problems);
    }

    private static void CheckTime(TimeSpan time, string option, OptionProblems problems) =>
        problems.AddUnless(
            time >= ShortestTime && time <= LongestTime,
            option,
            FormattableString.Invariant($"is {time}. Give {ShortestTime.TotalMilliseconds} ms to {LongestTime.TotalSeconds} s"));

    internal static bool IsWellFormed(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
