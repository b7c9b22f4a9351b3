using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.Sessions;

/// <summary>
/// The settings of the sessions' cache: the default cache's, or a section's; then what sessions need; then what was set in code.
/// </summary>
internal sealed class SessionCacheSettings : IConfigureNamedOptions<ShardedCacheOptions>
{
    // A visitor rather waits for his session than loses his request.
    private static readonly TimeSpan LeastOperationTimeout = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly SessionCacheSource _source;

    public SessionCacheSettings(IServiceProvider services, SessionCacheSource source)
    {
        _services = services;
        _source = source;
    }

    public void Configure(ShardedCacheOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, ShardedCacheOptions options)
    {
        if (name != _source.Name)
            return;
        if (_source.Section is { } section)
            section.Bind(options);
        else
            ApplyDefaultCache(options);
        MakePatient(options);
        if (_source.Configure is { } configure)
            ApplyOwn(configure, options);
    }

    // Once more, instead of copied: so no setting is forgotten, and none is shared.
    private void ApplyDefaultCache(ShardedCacheOptions options)
    {
        foreach (IConfigureOptions<ShardedCacheOptions> setup in _services.GetServices<IConfigureOptions<ShardedCacheOptions>>())
        {
            // What is meant for every cache is applied to this one anyway.
            if (setup is ConfigureNamedOptions<ShardedCacheOptions> { Name: null })
                continue;
            if (setup is IConfigureNamedOptions<ShardedCacheOptions> named)
                named.Configure(Options.DefaultName, options);
            else
                setup.Configure(options);
        }

        if (options.Nodes.Count == 0)
            _services.GetService<IConfiguration>()?.GetSection(ShardedCacheOptions.SectionName).Bind(options);
    }

    private static void MakePatient(ShardedCacheOptions options)
    {
        options.InstanceName += "session:";
        options.EntryFormat = EntryFormat.CacheRing;

        // Both places of a session on one node.
        options.Ring.HashTags = true;
        options.Ring.HashInstanceName = false;
        options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        options.Failover.Mode = FailoverMode.Miss;
        options.Failover.FencePolicy = FencePolicy.OnDoubt;
        if (options.Failover.OperationTimeout < LeastOperationTimeout)
            options.Failover.OperationTimeout = LeastOperationTimeout;
    }

    // Nodes of its own take the place of the others; without any it has the same.
    private static void ApplyOwn(Action<ShardedCacheOptions> configure, ShardedCacheOptions options)
    {
        IList<NodeOptions> nodes = options.Nodes;
        options.Nodes = [];
        configure(options);
        if (options.Nodes.Count == 0)
            options.Nodes = nodes;
    }
}
