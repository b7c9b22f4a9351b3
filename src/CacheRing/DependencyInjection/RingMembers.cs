using System.Globalization;
using System.Net;
using CacheRing.Nodes;
using CacheRing.Ring;

namespace CacheRing.DependencyInjection;

/// <summary>The nodes as a ring sees them.</summary>
internal static class RingMembers
{
    private const int MemcachedPort = Memcached.MemcachedSettings.DefaultPort;

    public static RingMember[] Of(ShardedCacheOptions options) =>
        [.. options.Nodes.Select(static node => new RingMember(node.Name)
        {
            Label = LabelOf(node),
            Weight = node.Weight,
            Slot = node.Slot,
            Retired = node.State == NodeState.Retired,
        })];

    /// <summary>
    /// The node's entry in another client's server list, for the flavours of ketama that hash it: the name, when it has the
    /// form host:port, so that the identity stays when the address changes; else host:port of the endpoint; the port is
    /// left out when it is memcached's own.
    /// </summary>
    private static string LabelOf(NodeOptions node)
    {
        if (TrySplit(node.Name, out string? host, out int port))
            return Label(host, port);

        NodeEndpoint? endpoint = NodeFactory.EndpointOf(node);
        if (endpoint is { Host.Length: > 0, Port: { } given })
            return Label(endpoint.Host, given);
        return endpoint is { Host.Length: > 0 } && NodeFactory.KindOf(endpoint.Scheme) is { } kind and not NodeKind.Memory
            ? Label(endpoint.Host, NodeFactory.DefaultPortOf(kind))
            : node.Name;
    }

    private static string Label(string host, int port) =>
        port == MemcachedPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    private static bool TrySplit(string name, out string host, out int port)
    {
        int colon = name.LastIndexOf(':');
        host = colon > 0 ? name[..colon] : "";
        port = 0;
        return colon > 0
            && int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= IPEndPoint.MaxPort;
    }
}
