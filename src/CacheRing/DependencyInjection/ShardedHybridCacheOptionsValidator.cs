using CacheRing.Patterns;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>Finds every fault of a hybrid cache's options at once, each with the option's name and the remedy.</summary>
internal sealed class ShardedHybridCacheOptionsValidator : IValidateOptions<ShardedHybridCacheOptions>
{
    private const int FewestValues = 3;
    private const int MostValues = 100_000_000;
    private const long FewestBytes = 4096;
    private static readonly TimeSpan LongestLocal = TimeSpan.FromDays(1);

    private readonly IOptionsMonitor<ShardedCacheOptions> _caches;

    public ShardedHybridCacheOptionsValidator(IOptionsMonitor<ShardedCacheOptions> caches)
    {
        _caches = caches;
    }

    public ValidateOptionsResult Validate(string? name, ShardedHybridCacheOptions options)
    {
        OptionProblems problems = new(string.IsNullOrEmpty(name) ? "ShardedHybridCache" : $"ShardedHybridCache '{name}'");
        ShardedCacheOptions? cache = CacheBeneath(name);
        problems.AddUnless(
            cache?.EntryFormat != EntryFormat.Raw,
            "EntryFormat",
            "of the ShardedCache beneath it is Raw, whose entries have no header: no leases, no token-checked fills, no tags. Use EntryFormat.CacheRing");
        CheckDefaults(options, problems);
        if (options.LocalCache is not { } local)
        {
            problems.Add(nameof(options.LocalCache), "is null. Leave it out for the defaults");
            return problems.ToResult();
        }

        problems.AddUnless(
            local.MaxCount is >= FewestValues and <= MostValues,
            "LocalCache.MaxCount",
            FormattableString.Invariant($"is {local.MaxCount}. Give {FewestValues} to {MostValues}"));
        problems.AddUnless(
            local.MaxBytes >= FewestBytes, "LocalCache.MaxBytes", FormattableString.Invariant($"is {local.MaxBytes}. Give {FewestBytes} or more"));
        problems.AddUnless(
            local.Expiration >= TimeSpan.FromMilliseconds(1) && local.Expiration <= LongestLocal,
            "LocalCache.Expiration",
            $"is {local.Expiration}. Give 1 ms to {LongestLocal}");
        problems.AddUnless(
            !local.IsEnabled || local.AllowWithoutInvalidation || cache is null || !cache.Nodes.Any(static node => NodeFactory.KindOf(node) == NodeKind.Memcached),
            "LocalCache.IsEnabled",
            "is true on Memcached nodes, which carry no messages between processes: another process's change would not be seen before LocalCache.Expiration is over. Turn the local cache off, or accept that with LocalCache.AllowWithoutInvalidation");
        return problems.ToResult();
    }

    private static void CheckDefaults(ShardedHybridCacheOptions options, OptionProblems problems)
    {
        if (options.DefaultEntryOptions is null)
        {
            problems.Add(nameof(options.DefaultEntryOptions), "is null. Leave it out for the defaults");
            return;
        }

        try
        {
            EntryPolicy.Default.With(options.DefaultEntryOptions);
        }
        catch (ArgumentException problem)
        {
            problems.Add(nameof(options.DefaultEntryOptions), $"cannot be used: {problem.Message.TrimEnd('.')}");
        }
    }

    private ShardedCacheOptions? CacheBeneath(string? name)
    {
        try
        {
            return _caches.Get(name);
        }
        catch (OptionsValidationException)
        {
            // Reported by its own validation.
            return null;
        }
    }
}
