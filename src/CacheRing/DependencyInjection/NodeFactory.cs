using CacheRing.Nodes;
using CacheRing.Redis;

namespace CacheRing.DependencyInjection;

/// <summary>Makes a node of the kind that its options ask for: the only place that knows the transports by name.</summary>
internal static class NodeFactory
{
    public const string MemoryScheme = "memory";

    public static string KnownSchemes => "redis://, rediss://, memory://";

    public static bool IsKnown(string scheme) => scheme is RedisConfiguration.Scheme or RedisConfiguration.TlsScheme or MemoryScheme;

    public static ICacheNode Create(NodeOptions node, ShardedCacheOptions cache, TimeProvider time)
    {
        RedisNodeSettings settings = new(node.Name, cache.InstanceName, TimingsOf(cache.Failover));
        if (node.ConnectionMultiplexerFactory is { } factory)
            return new RedisNode(settings with { Factory = factory });
        if (node.Configuration is { Length: > 0 } configuration)
            return new RedisNode(settings with { Configuration = RedisConfiguration.Of(configuration, settings.Timings) });

        NodeEndpoint endpoint = EndpointOf(node)!;
        return endpoint.Scheme == MemoryScheme
            ? new MemoryNode(node.Name, time)
            : new RedisNode(settings with { Configuration = RedisConfiguration.Of(endpoint, settings.Timings) });
    }

    /// <summary>What is wrong with a configuration string, or null.</summary>
    public static string? ProblemWith(string configuration, FailoverOptions failover)
    {
        try
        {
            RedisConfiguration.Of(configuration, TimingsOf(failover));
            return null;
        }
        catch (ArgumentException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>The parsed endpoint; null where there is none.</summary>
    public static NodeEndpoint? EndpointOf(NodeOptions node) =>
        NodeEndpoint.TryParse(node.Endpoint ?? "", out NodeEndpoint? endpoint, out _) ? endpoint : null;

    private static RedisTimings TimingsOf(FailoverOptions failover) =>
        new(failover.OperationTimeout, failover.ConnectTimeout, failover.ReconnectDelay);
}
