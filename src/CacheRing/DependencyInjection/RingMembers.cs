using System.Globalization;
using System.Net;
using CacheRing.Nodes;
using CacheRing.Ring;

namespace CacheRing.DependencyInjection;

/// <summary>The nodes as a ring sees them.</summary>
internal static class RingMembers
{
    private const int MemcachedPort = Memcached.MemcachedSettings.DefaultPort;

    public static RingMember[] Of(ShardedCacheOptions options)
    {
        ServerLabel form = KetamaRules.For(options.Ring.Ketama).Label;
        return
        [
            .. options.Nodes.Select(node => new RingMember(node.Name)
            {
                Label = node.RingLabel ?? LabelOf(node, form),
                Weight = node.Weight,
                Slot = node.Slot,
                Retired = node.State == NodeState.Retired,
            }),
        ];
    }

    /// <summary>Whether a flavour that hashes host and port knows them; else it hashes the name, as of a node inside the process.</summary>
    public static bool HasAddress(NodeOptions node) => TrySplit(node.Name, out _, out _) || TryAddress(node, out _, out _);

    /// <summary>
    /// The node's entry in another client's server list, for the flavours of ketama that hash it. Host and port are the
    /// name's, when it has the form host:port, so that the identity stays when the address changes; else the endpoint's.
    /// </summary>
    private static string LabelOf(NodeOptions node, ServerLabel form)
    {
        bool named = TrySplit(node.Name, out string host, out int port);
        if (form == ServerLabel.Name || (form == ServerLabel.NameWithoutUsualPort && !named) || (!named && !TryAddress(node, out host, out port)))
            return node.Name;
        return port == MemcachedPort && form != ServerLabel.HostAndPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private static bool TryAddress(NodeOptions node, out string host, out int port)
    {
        NodeEndpoint? endpoint = NodeFactory.EndpointOf(node);
        host = endpoint?.Host ?? "";
        port = endpoint?.Port ?? 0;
        if (endpoint is not null && port == 0 && NodeFactory.KindOf(endpoint.Scheme) is { } kind and not NodeKind.Memory)
            port = NodeFactory.DefaultPortOf(kind);
        return host.Length > 0 && port > 0;
    }

    // As it is written, or not at all: an IPv6 address without a port ends in digits behind a colon too, and "shard:01" is a name.
    private static bool TrySplit(string name, out string host, out int port)
    {
        int colon = name.LastIndexOf(':');
        host = colon > 0 ? name[..colon] : "";
        port = 0;
        return colon > 0
            && (!host.Contains(':', StringComparison.Ordinal) || host.EndsWith(']'))
            && name.AsSpan(colon + 1) is [not '0', ..]
            && int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= IPEndPoint.MaxPort;
    }
}
