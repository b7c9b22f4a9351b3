using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>
/// Finds every fault of the options at once, each with the option's name and the remedy. No message repeats an address or a
/// configuration string, which may hold a password.
/// </summary>
internal sealed class ShardedCacheOptionsValidator : IValidateOptions<ShardedCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, ShardedCacheOptions options)
    {
        OptionProblems problems = new(string.IsNullOrEmpty(name) ? "ShardedCache" : $"ShardedCache '{name}'");
        LimitRules.Check(options, problems);

        if (options.Nodes is not { Count: > 0 })
        {
            problems.Add(
                nameof(options.Nodes),
                "is empty. Add at least one node with a Name and an Endpoint, in code or in the configuration section "
                + $"{ShardedCacheOptions.SectionName}:Nodes");
        }
        else if (options.Nodes.Any(static node => node is null))
        {
            problems.Add(nameof(options.Nodes), "has an element that is null");
        }
        else
        {
            NodeRules.Check(options, problems);
            if (options.Ring is not null)
                RingRules.Check(options, problems);
        }

        return problems.ToResult();
    }
}
