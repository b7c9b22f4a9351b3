using System.Diagnostics.CodeAnalysis;
using CacheRing;
using CacheRing.DependencyInjection;
using CacheRing.Patterns;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers caches that hide the database. Each has a name: the service key it is resolved by (<c>[FromKeyedServices("products")]</c>),
/// the name of its options, and the first part of its cache keys. The only one of its type is resolved without it too. Settings
/// are checked when the host starts.
/// </summary>
public static class ShardedPatternBuilderExtensions
{
    private const DynamicallyAccessedMemberTypes Properties = DynamicallyAccessedMemberTypes.PublicProperties;
    private const DynamicallyAccessedMemberTypes Constructors = DynamicallyAccessedMemberTypes.PublicConstructors;

    /// <summary>Registers an <see cref="IReadThroughCache{TKey, TValue}"/>.</summary>
    /// <typeparam name="TKey">Of keys; see <see cref="ICacheKeyEncoder{TKey}"/>.</typeparam>
    /// <typeparam name="TValue">Of values; serialized as the hybrid cache does.</typeparam>
    /// <typeparam name="TLoader">Loads values. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The cache, as <c>AddShardedCache</c> returned it.</param>
    /// <param name="name">1 to 64 letters, digits, '-', '_' or '.'. To change it is to begin with an empty cache.</param>
    /// <param name="configure">Makes the settings; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name cannot be used, or is in use.</exception>
    public static IShardedCacheBuilder AddReadThrough<[DynamicallyAccessedMembers(Properties)] TKey, TValue, [DynamicallyAccessedMembers(Constructors)] TLoader>(
        this IShardedCacheBuilder builder, string name, Action<ReadThroughOptions>? configure = null)
        where TKey : notnull
        where TLoader : class, ICacheLoader<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(builder);
        PatternRegistration.Add<IReadThroughCache<TKey, TValue>, ReadThroughOptions, TLoader>(
            builder, name, configure, services => new ReadThrough<TKey, TValue, TLoader>(PatternFactory.PartsOf<TKey, TValue, TLoader>(
                services, builder, name, OptionsOf<ReadThroughOptions>(services, name).Entry)));
        return builder;
    }

    /// <summary>Registers an <see cref="IWriteThroughCache{TKey, TValue}"/>, which is an <see cref="IReadThroughCache{TKey, TValue}"/> too.</summary>
    /// <typeparam name="TKey">Of keys; see <see cref="ICacheKeyEncoder{TKey}"/>.</typeparam>
    /// <typeparam name="TValue">Of values; serialized as the hybrid cache does.</typeparam>
    /// <typeparam name="TStore">The database. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The cache, as <c>AddShardedCache</c> returned it.</param>
    /// <param name="name">1 to 64 letters, digits, '-', '_' or '.'. To change it is to begin with an empty cache.</param>
    /// <param name="configure">Makes the settings; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name cannot be used, or is in use.</exception>
    public static IShardedCacheBuilder AddWriteThrough<[DynamicallyAccessedMembers(Properties)] TKey, TValue, [DynamicallyAccessedMembers(Constructors)] TStore>(
        this IShardedCacheBuilder builder, string name, Action<WriteThroughOptions>? configure = null)
        where TKey : notnull
        where TStore : class, ICacheStore<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(builder);
        PatternRegistration.Add<IWriteThroughCache<TKey, TValue>, WriteThroughOptions, TStore>(
            builder, name, configure, services =>
            {
                WriteThroughOptions options = OptionsOf<WriteThroughOptions>(services, name);
                PatternParts<TKey, TValue, TStore> parts = PatternFactory.PartsOf<TKey, TValue, TStore>(services, builder, name, options.Entry);
                return new WriteThrough<TKey, TValue, TStore>(parts, options.AfterWrite, parts.Aside.Nodes.Time);
            });
        PatternRegistration.AddReading<IWriteThroughCache<TKey, TValue>, IReadThroughCache<TKey, TValue>>(builder, name);
        return builder;
    }

    /// <summary>
    /// Registers an <see cref="IWriteBehindCache{TKey, TValue}"/>, which is an <see cref="IReadThroughCache{TKey, TValue}"/> too. What
    /// the store does not have yet is lost when the process dies, unless <see cref="WriteBehindOptions.Journal"/> is set. Register
    /// an <see cref="IDeadLetterSink{TKey, TValue}"/> for what the store will never take.
    /// </summary>
    /// <typeparam name="TKey">Of keys; see <see cref="ICacheKeyEncoder{TKey}"/>.</typeparam>
    /// <typeparam name="TValue">Of values; serialized as the hybrid cache does.</typeparam>
    /// <typeparam name="TStore">The database. Registered as scoped, unless it is registered already.</typeparam>
    /// <param name="builder">The cache, as <c>AddShardedCache</c> returned it.</param>
    /// <param name="name">1 to 64 letters, digits, '-', '_' or '.'. To change it is to begin with an empty cache.</param>
    /// <param name="configure">Makes the settings; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name cannot be used, or is in use.</exception>
    public static IShardedCacheBuilder AddWriteBehind<[DynamicallyAccessedMembers(Properties)] TKey, TValue, [DynamicallyAccessedMembers(Constructors)] TStore>(
        this IShardedCacheBuilder builder, string name, Action<WriteBehindOptions>? configure = null)
        where TKey : notnull
        where TStore : class, ICacheStore<TKey, TValue>
    {
        ArgumentNullException.ThrowIfNull(builder);
        PatternRegistration.Add<IWriteBehindCache<TKey, TValue>, WriteBehindOptions, TStore>(
            builder, name, configure, services => WriteBehindFactory.Create<TKey, TValue, TStore>(services, builder, name, OptionsOf<WriteBehindOptions>(services, name)));
        PatternRegistration.AddReading<IWriteBehindCache<TKey, TValue>, IReadThroughCache<TKey, TValue>>(builder, name);
        builder.Services.AddKeyedSingleton<IWriteBehindCache>(builder.ServiceKey, (provider, _) => provider.GetRequiredKeyedService<IWriteBehindCache<TKey, TValue>>(name));
        builder.Services.AddSingleton<IHostedService>(provider => new PendingWritesService<IWriteBehindCache<TKey, TValue>>(provider, name));
        return builder;
    }

    private static TOptions OptionsOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(IServiceProvider services, string name)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
}
