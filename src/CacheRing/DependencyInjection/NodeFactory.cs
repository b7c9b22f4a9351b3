using System.Net;
using CacheRing.Memcached;
using CacheRing.Nodes;
using CacheRing.Redis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace CacheRing.DependencyInjection;

/// <summary>Makes a node of the kind that its options ask for: the only place that knows the transports by name.</summary>
internal static class NodeFactory
{
    public const string MemoryScheme = "memory";

    public static string KnownSchemes => "redis://, rediss://, memcached://, memcacheds://, memory://";

    /// <summary>The kind of server that a scheme stands for; null when it is unknown.</summary>
    public static NodeKind? KindOf(string scheme) => scheme switch
    {
        RedisConfiguration.Scheme or RedisConfiguration.TlsScheme => NodeKind.Redis,
        MemcachedSettings.Scheme or MemcachedSettings.TlsScheme => NodeKind.Memcached,
        MemoryScheme => NodeKind.Memory,
        _ => null,
    };

    /// <summary>The kind of server that a node's options ask for; null when they do not say.</summary>
    public static NodeKind? KindOf(NodeOptions node) =>
        EndpointOf(node) is { } endpoint ? KindOf(endpoint.Scheme)
        : string.IsNullOrWhiteSpace(node.Configuration) && node.ConnectionMultiplexerFactory is null ? null
        : NodeKind.Redis;

    /// <summary>Where servers of a kind differ from others.</summary>
    public static NodeTraits TraitsOf(NodeKind kind) => kind switch
    {
        NodeKind.Memory => MemoryNode.Differences,
        NodeKind.Memcached => MemcachedNode.Differences,
        _ => RedisNode.Differences,
    };

    public static int DefaultPortOf(NodeKind kind) =>
        kind == NodeKind.Memcached ? MemcachedSettings.DefaultPort : RedisConfiguration.DefaultPort;

    public static ICacheNode Create(NodeOptions node, ShardedCacheOptions cache, TimeProvider time, ILogger? logger = null) => KindOf(node) switch
    {
        NodeKind.Memory => new MemoryNode(node.Name, time),
        NodeKind.Memcached => new MemcachedNode(
            new MemcachedSettings(node.Name, cache.InstanceName, EndpointOf(node)!, TimingsOf(cache.Failover))
            {
                Format = cache.EntryFormat,
            },
            time),
        _ => new RedisNode(Connected(node, new RedisNodeSettings(node.Name, cache.InstanceName, TimingsOf(cache.Failover))
        {
            Logger = logger ?? NullLogger.Instance,
        }), time),
    };

    private static RedisNodeSettings Connected(NodeOptions node, RedisNodeSettings settings)
    {
        if (node.ConnectionMultiplexerFactory is { } factory)
            return settings with { Factory = factory };
        return settings with
        {
            Configuration = node.Configuration is { Length: > 0 } configuration
                ? RedisConfiguration.Of(configuration, settings.Timings)
                : RedisConfiguration.Of(EndpointOf(node)!, settings.Timings),
        };
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

    /// <summary>Which server a node is, and which of its databases, as one text; null where that cannot be told.</summary>
    public static string? ServerOf(NodeOptions node, FailoverOptions failover)
    {
        if (EndpointOf(node) is { } endpoint)
        {
            return KindOf(endpoint.Scheme) switch
            {
                NodeKind.Redis => ServerOf(endpoint.Host, endpoint.Port ?? RedisConfiguration.DefaultPort, endpoint.Database),
                NodeKind.Memcached => ServerOf(endpoint.Host, endpoint.Port ?? MemcachedSettings.DefaultPort, database: null),
                _ => null,
            };
        }

        if (string.IsNullOrWhiteSpace(node.Configuration) || ProblemWith(node.Configuration, failover) is not null)
            return null;
        ConfigurationOptions options = RedisConfiguration.Of(node.Configuration, TimingsOf(failover));
        return options.EndPoints[0] switch
        {
            DnsEndPoint dns => ServerOf(dns.Host, dns.Port == 0 ? RedisConfiguration.DefaultPort : dns.Port, options.DefaultDatabase),
            IPEndPoint ip => ServerOf(ip.Address.ToString(), ip.Port == 0 ? RedisConfiguration.DefaultPort : ip.Port, options.DefaultDatabase),
            var other => other.ToString(),
        };
    }

    private static string ServerOf(string host, int port, int? database) =>
        FormattableString.Invariant($"{host.ToUpperInvariant()}:{port}/{database ?? 0}");

    private static NodeTimings TimingsOf(FailoverOptions failover) =>
        new(failover.OperationTimeout, failover.ConnectTimeout, failover.ReconnectDelay);
}
