using System.Diagnostics.CodeAnalysis;
using CacheRing;
using CacheRing.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers ASP.NET Core's sessions on sharded nodes so that an outage of a node does not empty them. Call
/// <see cref="ShardedSessionApplicationBuilderExtensions.UseShardedSession"/> too, in the place of <c>UseSession</c>.
/// <para>
/// Sessions have a cache of their own beside the app's, under <see cref="ServiceKey"/>: its reads throw where the node does not
/// answer (<see cref="FailoverOptions.OnReadFailure"/>), its <see cref="FailoverOptions.OperationTimeout"/> is 5 seconds if it would be
/// less, and its keys begin with the instance name and <c>session:</c>. A second call replaces the first.
/// </para>
/// </summary>
public static class ShardedSessionServiceCollectionExtensions
{
    /// <summary>
    /// The key under which the sessions' cache is registered; its name in metrics, and the name of its options.
    /// </summary>
    public const string ServiceKey = "cachering.session";

    private const string NotTrimmed = "ASP.NET Core's sessions do not support trimming and native AOT.";

    /// <summary>
    /// Adds sessions on the nodes of the default cache, with its settings; without one, on those of the configuration section
    /// <c>ShardedCache</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    [RequiresUnreferencedCode(NotTrimmed)]
    public static IServiceCollection AddShardedSession(this IServiceCollection services) => Add(services, null, null, null);

    /// <summary>
    /// Adds sessions on the nodes of the default cache, with its settings; without one, on those of the configuration section
    /// <c>ShardedCache</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configureSession">Sets the idle timeout and the cookie, as with <c>AddSession</c>.</param>
    /// <returns>The same services.</returns>
    [RequiresUnreferencedCode(NotTrimmed)]
    public static IServiceCollection AddShardedSession(this IServiceCollection services, Action<SessionOptions> configureSession)
    {
        ArgumentNullException.ThrowIfNull(configureSession);
        return Add(services, null, null, configureSession);
    }

    /// <summary>Adds sessions on a cache whose settings are made in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configureCache">
    /// Changes settings of the sessions' cache, which begin as those of the default cache. Where it adds nodes, sessions are on these and
    /// no others.
    /// </param>
    /// <param name="configureSession">Sets the idle timeout and the cookie, as with <c>AddSession</c>; null for neither.</param>
    /// <returns>The same services.</returns>
    [RequiresUnreferencedCode(NotTrimmed)]
    public static IServiceCollection AddShardedSession(
        this IServiceCollection services, Action<ShardedCacheOptions> configureCache, Action<SessionOptions>? configureSession = null)
    {
        ArgumentNullException.ThrowIfNull(configureCache);
        return Add(services, null, configureCache, configureSession);
    }

    /// <summary>Adds sessions on the cache that a configuration section describes.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, with nodes of its own.</param>
    /// <param name="configureSession">Sets the idle timeout and the cookie, as with <c>AddSession</c>; null for neither.</param>
    /// <returns>The same services.</returns>
    [RequiresUnreferencedCode(NotTrimmed)]
    public static IServiceCollection AddShardedSession(
        this IServiceCollection services, IConfiguration section, Action<SessionOptions>? configureSession = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, section, null, configureSession);
    }

    [RequiresUnreferencedCode(NotTrimmed)]
    private static IServiceCollection Add(
        IServiceCollection services, IConfiguration? section, Action<ShardedCacheOptions>? configureCache, Action<SessionOptions>? configureSession)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSession();
        if (configureSession is not null)
            services.Configure(configureSession);

        IShardedCacheBuilder cache = services.AddKeyedShardedCache(ServiceKey, static _ => { });
        services.Replace(ServiceDescriptor.Singleton(new SessionCacheSource(cache.Name, section, configureCache)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<ShardedCacheOptions>, SessionCacheSettings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ShardedCacheOptions>, SessionCacheRules>());
        services.Replace(ServiceDescriptor.Singleton<ISessionStore, ShardedSessionStore>());
        services.TryAddSingleton<SessionLog>();
        services.AddOptions<ShardedSessionOptions>()
            .Validate(
                static options => options.RetryAfter >= TimeSpan.FromSeconds(1) && options.RetryAfter <= TimeSpan.FromHours(1),
                $"{nameof(ShardedSessionOptions)}.{nameof(ShardedSessionOptions.RetryAfter)} is out of range. Give 1 second to 1 hour.")
            .ValidateOnStart();
        return services;
    }
}
