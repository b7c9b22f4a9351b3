using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Patterns;

/// <summary>
/// The format of each type, chosen as Microsoft's HybridCache does: a registered serializer of the type; the registered factories, the
/// last one first; strings and bytes as they are; JSON. What is registered under the cache's key comes before what is without.
/// Chosen once a type; from then on it costs a look-up without a lock.
/// </summary>
internal sealed class ValueFormats
{
    private const string MicrosoftHybridCache = "Microsoft.Extensions.Caching.Hybrid";

    private readonly ConcurrentDictionary<Type, object> _formats = new();
    private readonly IServiceProvider _services;
    private readonly IKeyedServiceProvider? _keyed;
    private readonly object? _serviceKey;
    private readonly JsonTypes _json;

    /// <param name="services">Where the app's serializers are registered.</param>
    /// <param name="json">The cache's JSON options; null: those registered for Microsoft's HybridCache, or reflection.</param>
    /// <param name="serviceKey">The key under which the cache is registered; null: none.</param>
    public ValueFormats(IServiceProvider services, JsonSerializerOptions? json, object? serviceKey)
        : this(services, json, serviceKey, JsonSerializer.IsReflectionEnabledByDefault)
    {
    }

    internal ValueFormats(IServiceProvider services, JsonSerializerOptions? json, object? serviceKey, bool canReflect)
    {
        _services = services;
        _keyed = services as IKeyedServiceProvider;
        _serviceKey = serviceKey;
        _json = new JsonTypes(_keyed, json, canReflect);
    }

    /// <exception cref="InvalidOperationException">There is no way to serialize the type.</exception>
    public ValueFormat<T> Get<T>() =>
        Unsafe.As<ValueFormat<T>>(_formats.TryGetValue(typeof(T), out object? format) ? format : _formats.GetOrAdd(typeof(T), Choose<T>()));

    /// <summary>Has a type of the library's own written in a format of its own.</summary>
    public void Use<T>(ValueFormat<T> format) => _formats.TryAdd(typeof(T), format);

    private object Choose<T>()
    {
        if (Serializer<T>() is { } serializer)
            return new SerializerFormat<T>(serializer);
        if (typeof(T) == typeof(string))
            return new StringFormat();
        if (typeof(T) == typeof(byte[]))
            return new BytesFormat();
        return new JsonFormat<T>(_json.Get<T>());
    }

    private IHybridCacheSerializer<T>? Serializer<T>()
    {
        if (IfOfTheApp(Keyed<IHybridCacheSerializer<T>>() ?? _services.GetService<IHybridCacheSerializer<T>>()) is { } own)
            return own;

        IEnumerable<IHybridCacheSerializerFactory> factories = _services.GetServices<IHybridCacheSerializerFactory>();
        foreach (IHybridCacheSerializerFactory factory in factories.Concat(Keyed<IEnumerable<IHybridCacheSerializerFactory>>() ?? []).Reverse())
        {
            if (IfOfTheApp(factory)?.TryCreateSerializer(out IHybridCacheSerializer<T>? made) == true)
                return made;
        }

        return null;
    }

    private TService? Keyed<TService>()
        where TService : class =>
        _serviceKey is null ? null : _keyed?.GetKeyedService(typeof(TService), _serviceKey) as TService;

    // AddHybridCache registers its own defaults as if the app had chosen them. Ours do the same, and read back any string and null.
    private static TService? IfOfTheApp<TService>(TService? service)
        where TService : class =>
        service?.GetType().Assembly.GetName().Name == MicrosoftHybridCache ? null : service;
}
