using CacheRing;
using CacheRing.DependencyInjection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers sharded caches. The options are validated when the host starts (or the cache is first resolved); nodes are
/// connected in the background, so that start-up neither waits for a server nor fails without one.
/// <para>
/// The cache is registered as <see cref="IShardedCache"/>, <see cref="IDistributedCache"/> and
/// <see cref="IBufferDistributedCache"/>. As with Microsoft's caches, the last registration wins: a second call for the same
/// cache replaces the first, settings and all.
/// </para>
/// </summary>
public static class ShardedCacheServiceCollectionExtensions
{
    /// <summary>Adds the cache that the configuration section <c>ShardedCache</c> describes, if there is one.</summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder for further parts.</returns>
    public static IShardedCacheBuilder AddShardedCache(this IServiceCollection services) =>
        ShardedCacheRegistration.Add(services, serviceKey: null, static options =>
        {
            options.Configure<IServiceProvider>(static (target, provider) =>
                provider.GetService<IConfiguration>()?.GetSection(ShardedCacheOptions.SectionName).Bind(target));
            string name = options.Name;
            options.Services.AddSingleton<IValidateOptions<ShardedCacheOptions>>(provider =>
                new NodeShapeValidator(name, provider.GetService<IConfiguration>()?.GetSection(ShardedCacheOptions.SectionName)));
        });

    /// <summary>Adds a cache whose settings are made in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Makes the settings.</param>
    /// <returns>A builder for further parts.</returns>
    public static IShardedCacheBuilder AddShardedCache(this IServiceCollection services, Action<ShardedCacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return ShardedCacheRegistration.Add(services, serviceKey: null, options => options.Configure(configure));
    }

    /// <summary>Adds the cache that a configuration section describes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, <c>configuration.GetSection("ShardedCache")</c> say.</param>
    /// <returns>A builder for further parts.</returns>
    public static IShardedCacheBuilder AddShardedCache(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return ShardedCacheRegistration.Add(services, serviceKey: null, options => Bind(options, section));
    }

    /// <summary>
    /// Adds a cache under a service key, beside the default one and others. Its options have the key's text as their name.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key to resolve it by.</param>
    /// <param name="configure">Makes the settings.</param>
    /// <returns>A builder for further parts.</returns>
    public static IShardedCacheBuilder AddKeyedShardedCache(
        this IServiceCollection services, object serviceKey, Action<ShardedCacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(configure);
        return ShardedCacheRegistration.Add(services, serviceKey, options => options.Configure(configure));
    }

    /// <summary>Adds the cache that a configuration section describes under a service key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key to resolve it by.</param>
    /// <param name="section">The section.</param>
    /// <returns>A builder for further parts.</returns>
    public static IShardedCacheBuilder AddKeyedShardedCache(
        this IServiceCollection services, object serviceKey, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        ArgumentNullException.ThrowIfNull(section);
        return ShardedCacheRegistration.Add(services, serviceKey, options => Bind(options, section));
    }

    private static void Bind(OptionsBuilder<ShardedCacheOptions> options, IConfiguration section)
    {
        options.Bind(section);
        options.Services.AddSingleton<IValidateOptions<ShardedCacheOptions>>(new NodeShapeValidator(options.Name, section));
    }
}
