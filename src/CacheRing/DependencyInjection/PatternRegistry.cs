using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.DependencyInjection;

/// <summary>The names of a service collection's read-through, write-through and write-behind caches. A name is the DI key, and the first part of every cache key.</summary>
internal sealed partial class PatternRegistry
{
    private readonly List<(Type Service, string Name)> _registered = [];

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}$")]
    private static partial Regex Fit { get; }

    public static PatternRegistry In(IServiceCollection services)
    {
        if (services.FirstOrDefault(static service => service.ServiceType == typeof(PatternRegistry))?.ImplementationInstance is PatternRegistry registry)
            return registry;
        registry = new PatternRegistry();
        services.AddSingleton(registry);
        return registry;
    }

    /// <exception cref="ArgumentException">The name cannot be used, or is in use.</exception>
    public void Claim(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Fit.IsMatch(name))
            throw new ArgumentException($"The name '{name}' cannot be used: it begins cache keys. Give 1 to 64 letters, digits, '-', '_' or '.'.", nameof(name));
        if (_registered.Exists(other => other.Name == name))
            throw new ArgumentException($"The name '{name}' is in use by another read-through, write-through or write-behind cache. Give each a name of its own.", nameof(name));
    }

    public void Add(Type service, string name) => _registered.Add((service, name));

    /// <summary>The only one of a type, which can be resolved without its name.</summary>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public string NameOf(Type service)
    {
        string[] names = [.. _registered.Where(one => one.Service == service).Select(static one => one.Name)];
        return names.Length == 1
            ? names[0]
            : throw new InvalidOperationException($"There are {names.Length} registrations of {service}: {string.Join(", ", names)}. Say which by its name: [FromKeyedServices(\"{names.FirstOrDefault()}\")].");
    }
}
