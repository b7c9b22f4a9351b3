using System.Diagnostics.CodeAnalysis;
using CacheRing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>Puts read-through, write-through and write-behind caches together from their options and the cache beneath them.</summary>
internal static class PatternFactory
{
    /// <exception cref="OptionsValidationException">A setting cannot be used.</exception>
    public static PatternParts<TKey, TValue, TLoader> PartsOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TKey, TValue, TLoader>(
        IServiceProvider services, IShardedCacheBuilder builder, string name, ShardedHybridCacheEntryOptions? entry)
        where TKey : notnull
        where TLoader : class, ICacheLoader<TKey, TValue>
    {
        OptionProblems problems = new($"The cache '{name}'");
        problems.AddUnless(
            services.GetRequiredService<IOptionsMonitor<ShardedCacheOptions>>().Get(builder.Name).EntryFormat != EntryFormat.Raw,
            "EntryFormat",
            "of the ShardedCache beneath it is Raw, whose entries have no header: no leases, no token-checked fills. Use EntryFormat.CacheRing");
        problems.AddUnless(entry is not null, "Entry", "is null. Leave it out for the defaults");
        problems.ThrowIfAny(name);
        CacheAside aside = services.GetRequiredService<PatternAsides>().Of(builder.Name, builder.ServiceKey);
        EntryPolicy policy = aside.DefaultPolicy;
        try
        {
            policy = policy.With(entry!);
        }
        catch (ArgumentException problem)
        {
            problems.Add("Entry", $"cannot be used: {problem.Message.TrimEnd('.')}");
        }

        problems.ThrowIfAny(name);

        // That something is not there is remembered only where somebody has asked for it.
        policy = policy with { NotFoundExpiration = policy.NotFoundExpiration ?? TimeSpan.Zero };
        return new PatternParts<TKey, TValue, TLoader>(
            name,
            aside,
            policy,
            services.GetService<ICacheKeyEncoder<TKey>>() ?? new KeyEncoder<TKey>(),
            new ServiceScopes<TLoader>(services.GetRequiredService<IServiceScopeFactory>(), static scoped => scoped.GetRequiredService<TLoader>()));
    }
}
