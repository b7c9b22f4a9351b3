using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>
/// Finds nodes that a configuration gives as texts: the binder passes them over, and what is left looks like too few nodes. No message
/// repeats a text, which may hold a password.
/// </summary>
internal sealed class NodeShapeValidator : IValidateOptions<ShardedCacheOptions>
{
    private readonly string _name;
    private readonly IConfiguration? _section;

    /// <param name="name">The name of the options that are bound to the section.</param>
    /// <param name="section">The section; null when there is none.</param>
    public NodeShapeValidator(string name, IConfiguration? section)
    {
        _name = name;
        _section = section;
    }

    public ValidateOptionsResult Validate(string? name, ShardedCacheOptions options)
    {
        if (_section is null || (name ?? Options.DefaultName) != _name)
            return ValidateOptionsResult.Skip;

        OptionProblems problems = new(string.IsNullOrEmpty(name) ? "ShardedCache" : $"ShardedCache '{name}'");
        IConfigurationSection nodes = _section.GetSection(nameof(ShardedCacheOptions.Nodes));
        if (nodes.Value is { Length: > 0 } || nodes.GetChildren().Any(static node => node.Value is { Length: > 0 } && !node.GetChildren().Any()))
        {
            problems.Add(
                nameof(ShardedCacheOptions.Nodes),
                "holds a text where a node should be. Write an object for each: \"Nodes\": [ { \"Name\": \"a\", \"Endpoint\": \"redis://host:6379\" } ]");
        }

        return problems.ToResult();
    }
}
