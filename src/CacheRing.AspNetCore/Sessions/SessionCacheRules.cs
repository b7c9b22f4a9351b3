using Microsoft.Extensions.Options;

namespace CacheRing.Sessions;

/// <summary>Refuses settings under which an outage would empty sessions.</summary>
internal sealed class SessionCacheRules : IValidateOptions<ShardedCacheOptions>
{
    private readonly SessionCacheSource _source;

    public SessionCacheRules(SessionCacheSource source) => _source = source;

    public ValidateOptionsResult Validate(string? name, ShardedCacheOptions options)
    {
        if (name != _source.Name)
            return ValidateOptionsResult.Skip;
        ValidateOptionsResultBuilder problems = new();
        if (options.Failover.OnReadFailure != ReadFailureBehavior.Throw)
            Add("Failover.OnReadFailure", "is Miss, so that sessions would be empty while their node is out, and then overwritten. Leave it at Throw");
        if (options.Failover.Mode != FailoverMode.Miss)
            Add("Failover.Mode", "is NextNode, and the next node has no session: visitors would get empty ones while their node is out. Leave it at Miss");
        if (options.EntryFormat != EntryFormat.CacheRing)
            Add("EntryFormat", "is Raw, which has no sliding expiration. Leave it at CacheRing");
        if (!options.Ring.HashTags)
            Add("Ring.HashTags", "is off, so that a session would need two nodes. Leave it on");
        return problems.Build();

        void Add(string option, string problem) => problems.AddError($"ShardedCache '{name}': {option} {problem}.");
    }
}
