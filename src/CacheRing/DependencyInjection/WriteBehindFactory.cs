using System.Diagnostics.CodeAnalysis;
using CacheRing.Patterns;
using CacheRing.Writes;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.DependencyInjection;

/// <summary>Puts a write-behind cache together from its options and the cache beneath it.</summary>
internal static class WriteBehindFactory
{
    public static WriteBehind<TKey, TValue, TStore> Create<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TKey, TValue, TStore>(
        IServiceProvider services, IShardedCacheBuilder builder, string name, WriteBehindOptions options)
        where TKey : notnull
        where TStore : class, ICacheStore<TKey, TValue>
    {
        OptionProblems problems = new($"The write-behind cache '{name}'");
        WriteBehindRules.Check(options, problems);
        problems.ThrowIfAny(name);
        PatternParts<TKey, TValue, TStore> parts = PatternFactory.PartsOf<TKey, TValue, TStore>(services, builder, name, options.Entry);
        return new WriteBehind<TKey, TValue, TStore>(parts, new WriteBehindParts<TKey, TValue>(
            SettingsOf(name, options),
            options.DrainTimeout,
            options.Journal is { } journal ? () => journal(services) : null,
            new ServiceScopes<IDeadLetterSink<TKey, TValue>?>(
                services.GetRequiredService<IServiceScopeFactory>(),
                scoped => scoped.GetKeyedService<IDeadLetterSink<TKey, TValue>>(name) ?? scoped.GetService<IDeadLetterSink<TKey, TValue>>()),
            parts.Aside.Nodes.Meter.Meter,
            builder.Name));
    }

    internal static WriteQueueSettings SettingsOf(string name, WriteBehindOptions options) => new()
    {
        Name = name,
        BatchDelay = options.BatchDelay,
        BatchSize = options.BatchSize,
        FlushAtPending = options.FlushAtPending,
        MaxParallelBatches = options.MaxParallelBatches,
        MaxPending = options.MaxPending,
        MaxPendingBytes = options.MaxPendingBytes,
        MaxAge = options.MaxAge,
        Refuses = options.WhenFull == WriteBehindFullMode.Refuse,
        FullTimeout = options.FullTimeout,
        MaxAttempts = options.MaxAttempts,
        RetryDelay = options.RetryDelay,
        MaxRetryDelay = options.MaxRetryDelay,
        StoreTimeout = options.StoreTimeout,
        HoldsKeys = options.DeadLetters == DeadLetterMode.Hold,
    };
}
