using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>One cache in a service collection, with all that was added for it, so that a later one can take its place.</summary>
internal sealed class ShardedCacheRegistration
{
    private readonly string _name;
    private readonly object? _serviceKey;
    private readonly HashSet<ServiceDescriptor> _descriptors = [];

    private ShardedCacheRegistration(string name, object? serviceKey)
    {
        _name = name;
        _serviceKey = serviceKey;
    }

    public static ShardedCacheBuilder Add(
        IServiceCollection services, object? serviceKey, Action<OptionsBuilder<ShardedCacheOptions>> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        RemovePrevious(services, serviceKey);

        ShardedCacheRegistration registration = new(NameFor(services, serviceKey), serviceKey);
        int before = services.Count;
        registration.AddTo(services, configure);
        registration._descriptors.UnionWith(services.Skip(before));
        return new ShardedCacheBuilder(services, registration._name, serviceKey);
    }

    private void AddTo(IServiceCollection services, Action<OptionsBuilder<ShardedCacheOptions>> configure)
    {
        services.AddSingleton(this);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShardedCacheOptions>, ShardedCacheOptionsValidator>());
        OptionsBuilder<ShardedCacheOptions> options = services.AddOptions<ShardedCacheOptions>(_name);
        configure(options);
        options.ValidateOnStart();
        services.AddSingleton<IHostedService>(provider => new ServiceStarter<IShardedCache>(provider, _serviceKey));

        string name = _name;
        if (_serviceKey is null)
        {
            services.AddSingleton<IShardedCache>(provider => ShardedCacheFactory.Create(provider, name));
            services.AddSingleton<IDistributedCache>(static provider => provider.GetRequiredService<IShardedCache>());
            services.AddSingleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<IShardedCache>());
            return;
        }

        services.AddKeyedSingleton<IShardedCache>(_serviceKey, (provider, _) => ShardedCacheFactory.Create(provider, name));
        services.AddKeyedSingleton<IDistributedCache>(
            _serviceKey, static (provider, key) => provider.GetRequiredKeyedService<IShardedCache>(key));
        services.AddKeyedSingleton<IBufferDistributedCache>(
            _serviceKey, static (provider, key) => provider.GetRequiredKeyedService<IShardedCache>(key));
    }

    private static void RemovePrevious(IServiceCollection services, object? serviceKey)
    {
        ShardedCacheRegistration? previous = Registrations(services).FirstOrDefault(other => Equals(other._serviceKey, serviceKey));
        if (previous is null)
            return;
        for (int i = services.Count - 1; i >= 0; i--)
        {
            if (previous._descriptors.Contains(services[i]))
                services.RemoveAt(i);
        }
    }

    // Two keys may have the same text (an enum's name and a string, say); their options must not be the same all the same.
    private static string NameFor(IServiceCollection services, object? serviceKey)
    {
        if (serviceKey is null)
            return Options.DefaultName;

        string text = Convert.ToString(serviceKey, CultureInfo.InvariantCulture) is { Length: > 0 } own ? own : serviceKey.GetType().Name;
        HashSet<string> taken = [.. Registrations(services).Select(static other => other._name)];
        string name = text;
        for (int n = 2; taken.Contains(name); n++)
            name = string.Create(CultureInfo.InvariantCulture, $"{text}#{n}");
        return name;
    }

    private static IEnumerable<ShardedCacheRegistration> Registrations(IServiceCollection services) =>
        services.Where(static service => !service.IsKeyedService)
            .Select(static service => service.ImplementationInstance)
            .OfType<ShardedCacheRegistration>();
}
