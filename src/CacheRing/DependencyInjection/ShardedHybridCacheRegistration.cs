using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>One hybrid cache in a service collection, with all that was added for it, so that a later one can take its place.</summary>
internal sealed class ShardedHybridCacheRegistration
{
    private readonly object? _serviceKey;
    private readonly HashSet<ServiceDescriptor> _descriptors = [];

    private ShardedHybridCacheRegistration(object? serviceKey)
    {
        _serviceKey = serviceKey;
    }

    public static void Add(IShardedCacheBuilder builder, Action<ShardedHybridCacheOptions>? configure)
    {
        IServiceCollection services = builder.Services;
        RemovePrevious(services, builder.ServiceKey);
        ShardedHybridCacheRegistration registration = new(builder.ServiceKey);
        int before = services.Count;
        services.AddSingleton(registration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShardedHybridCacheOptions>, ShardedHybridCacheOptionsValidator>());
        OptionsBuilder<ShardedHybridCacheOptions> options = services.AddOptions<ShardedHybridCacheOptions>(builder.Name);
        if (configure is not null)
            options.Configure(configure);
        options.ValidateOnStart();

        (string name, object? key) = (builder.Name, builder.ServiceKey);
        services.AddSingleton<IHostedService>(provider => new ServiceStarter<ShardedHybridCache>(provider, key));
        if (key is null)
        {
            services.AddSingleton(provider => ShardedHybridCacheFactory.Create(provider, name, null));
            services.AddSingleton<HybridCache>(static provider => provider.GetRequiredService<ShardedHybridCache>());
        }
        else
        {
            services.AddKeyedSingleton(key, (provider, key) => ShardedHybridCacheFactory.Create(provider, name, key));
            services.AddKeyedSingleton<HybridCache>(key, static (provider, key) => provider.GetRequiredKeyedService<ShardedHybridCache>(key));
        }

        registration._descriptors.UnionWith(services.Skip(before));
    }

    private static void RemovePrevious(IServiceCollection services, object? serviceKey)
    {
        ShardedHybridCacheRegistration? previous = services
            .Where(static service => !service.IsKeyedService)
            .Select(static service => service.ImplementationInstance)
            .OfType<ShardedHybridCacheRegistration>()
            .FirstOrDefault(other => Equals(other._serviceKey, serviceKey));
        if (previous is null)
            return;
        for (int i = services.Count - 1; i >= 0; i--)
        {
            // The validator is one for all.
            if (previous._descriptors.Contains(services[i]) && services[i].ServiceType != typeof(IValidateOptions<ShardedHybridCacheOptions>))
                services.RemoveAt(i);
        }
    }
}
