using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace CacheRing.DependencyInjection;

/// <summary>One read-through, write-through or write-behind cache in a service collection.</summary>
internal static class PatternRegistration
{
    public static void Add<TCache, TOptions, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TLoader>(
        IShardedCacheBuilder builder, string name, Action<TOptions>? configure, Func<IServiceProvider, TCache> create)
        where TCache : class
        where TOptions : class
        where TLoader : class
    {
        IServiceCollection services = builder.Services;
        PatternRegistry registry = PatternRegistry.In(services);
        registry.Claim(name);
        if (configure is not null)
            services.AddOptions<TOptions>(name).Configure(configure);
        else
            services.AddOptions<TOptions>(name);
        services.TryAddSingleton<PatternAsides>();
        services.TryAddScoped<TLoader>();
        services.AddKeyedSingleton(name, (provider, _) => create(provider));
        AddAlias<TCache>(services, registry, name);
        services.AddSingleton<IHostedService>(provider => new ServiceStarter<TCache>(provider, name));
    }

    /// <summary>Has it resolved without its name as well, as long as it is the only one.</summary>
    private static void AddAlias<TCache>(IServiceCollection services, PatternRegistry registry, string name)
        where TCache : class
    {
        registry.Add(typeof(TCache), name);

        // No transient: the scope that asks would dispose of it.
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<TCache>(registry.NameOf(typeof(TCache))));
    }

    /// <summary>Has it resolved as the read-through cache that it is, too.</summary>
    public static void AddReading<TCache, TReading>(IShardedCacheBuilder builder, string name)
        where TCache : class, TReading
        where TReading : class
    {
        builder.Services.AddKeyedSingleton<TReading>(name, static (provider, key) => provider.GetRequiredKeyedService<TCache>(key));
        AddAlias<TReading>(builder.Services, PatternRegistry.In(builder.Services), name);
    }
}
