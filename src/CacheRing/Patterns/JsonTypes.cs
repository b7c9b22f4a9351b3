using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Patterns;

/// <summary>
/// What System.Text.Json knows of a type: from the cache's options; else from those that the app registered for Microsoft's HybridCache,
/// for one type or for all; else by reflection, where the app has it.
/// </summary>
internal sealed class JsonTypes
{
    // Fields as well: without them a tuple is written as "{}", and nobody is told.
    private static readonly JsonSerializerOptions Reflective = new() { IncludeFields = true };

    private readonly IKeyedServiceProvider? _services;
    private readonly JsonSerializerOptions? _options;
    private readonly bool _canReflect;

    public JsonTypes(IKeyedServiceProvider? services, JsonSerializerOptions? options, bool canReflect)
    {
        _services = services;
        _options = options;
        _canReflect = canReflect;
    }

    /// <exception cref="InvalidOperationException">Nothing is known of the type.</exception>
    public JsonTypeInfo<T> Get<T>()
    {
        JsonSerializerOptions? options = _options
            ?? Registered(typeof(IHybridCacheSerializer<T>)) ?? Registered(typeof(IHybridCacheSerializer<>)) ?? (_canReflect ? Reflective : null);
        if (options is null || !TryPrepare(options) || !options.TryGetTypeInfo(typeof(T), out JsonTypeInfo? type))
        {
            throw new InvalidOperationException(
                $"There is no way to serialize {typeof(T)}: the JsonSerializerOptions know nothing of it{(_canReflect ? "" : ", and this app has no reflection-based JSON")}. "
                + $"Give ShardedHybridCacheOptions.JsonSerializerOptions a TypeInfoResolver with it (a JsonSerializerContext with [JsonSerializable(typeof({typeof(T).Name}))]), "
                + $"or register an IHybridCacheSerializer<{typeof(T).Name}>.");
        }

        return (JsonTypeInfo<T>)type;
    }

    // Microsoft's way of giving them: keyed by the open or the closed type of the serializer.
    private JsonSerializerOptions? Registered(Type key) => _services?.GetKeyedService(typeof(JsonSerializerOptions), key) as JsonSerializerOptions;

    // As JsonSerializer does at the first use of options; unread until then, they would make a type's information anew each time.
    private bool TryPrepare(JsonSerializerOptions options)
    {
        if (options.IsReadOnly)
            return true;
        if (options.TypeInfoResolver is not null)
            options.MakeReadOnly();
        else if (_canReflect)
            Reflect(options);
        else
            return false;
        return true;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where JsonSerializer.IsReflectionEnabledByDefault: a trimmed app has it off, unless it asks for it and sees to its types.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The same.")]
    private static void Reflect(JsonSerializerOptions options) => options.MakeReadOnly(populateMissingResolver: true);
}
