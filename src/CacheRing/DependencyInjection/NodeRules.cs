using CacheRing.Nodes;

namespace CacheRing.DependencyInjection;

/// <summary>Rules for each node by itself, and for their names together.</summary>
internal static class NodeRules
{
    private const int HeaviestWeight = 100;

    // As other clients write them.
    private static readonly string[] SocketSchemes = ["unix:", "redis+unix:", "redis+socket:", "redis-socket:"];

    public static void Check(ShardedCacheOptions options, OptionProblems problems)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < options.Nodes.Count; i++)
        {
            NodeOptions node = options.Nodes[i];
            string place = FormattableString.Invariant($"Nodes[{i}]");
            if (string.IsNullOrWhiteSpace(node.Name))
                problems.Add($"{place}.Name", "is empty. Give each node a name that stays when its address changes");
            else if (!LimitRules.IsWellFormed(node.Name))
                problems.Add($"{place}.Name", "is not well-formed UTF-16: it holds half a surrogate pair");
            else if (!names.Add(node.Name))
                problems.Add($"{place}.Name", $"is '{node.Name}', as another node's. A name is a node's identity: choose another. (Configuration files that overlay each other merge Nodes by position)");
            else
                place = $"{place} ('{node.Name}')";

            problems.AddUnless(
                node.Weight is >= 1 and <= HeaviestWeight,
                $"{place}.Weight",
                FormattableString.Invariant($"is {node.Weight}. Give 1 to {HeaviestWeight}"));
            problems.AddUnless(Enum.IsDefined(node.State), $"{place}.State", $"is {(int)node.State}, which is no state. Give Active or Retired");
            problems.AddUnless(
                node.RingLabel is null || (node.RingLabel.Trim().Length > 0 && LimitRules.IsWellFormed(node.RingLabel)),
                $"{place}.RingLabel",
                "is blank or not well-formed UTF-16. Give the server's text in the other client's list, or leave it out");
            CheckAddress(node, options, place, problems);
        }

        CheckServers(options, problems);
        NodeKind[] kinds = [.. options.Nodes.Select(NodeFactory.KindOf).OfType<NodeKind>().Distinct().Order()];
        problems.AddUnless(
            kinds.Length <= 1,
            nameof(options.Nodes),
            $"are of several kinds ({string.Join(", ", kinds)}). Use servers of one kind in a cache, and AddKeyedShardedCache for another cache");

        problems.AddUnless(
            options.Nodes.Any(static node => node.State == NodeState.Active),
            nameof(options.Nodes),
            "are all Retired. Leave at least one Active");
    }

    // Two names for one server: half of what is asked of it would be read under the other's records.
    private static void CheckServers(ShardedCacheOptions options, OptionProblems problems)
    {
        if (options.Failover is null)
            return;
        foreach (string[] names in options.Nodes
            .Where(static node => node.State == NodeState.Active)
            .GroupBy(node => NodeFactory.ServerOf(node, options.Failover))
            .Where(static same => same.Key is not null)
            .Select(static same => same.Select(static node => node.Name).ToArray())
            .Where(static names => names.Length > 1))
        {
            problems.Add(
                nameof(options.Nodes),
                $"{string.Join(" and ", names.Select(static name => $"'{name}'"))} have the same address. A node is a server of its own: give each its own address, or leave one out");
        }
    }

    private static void CheckAddress(NodeOptions node, ShardedCacheOptions options, string place, OptionProblems problems)
    {
        bool hasEndpoint = !string.IsNullOrWhiteSpace(node.Endpoint);
        bool hasConfiguration = !string.IsNullOrWhiteSpace(node.Configuration);
        int given = (hasEndpoint ? 1 : 0) + (hasConfiguration ? 1 : 0) + (node.ConnectionMultiplexerFactory is null ? 0 : 1);
        if (given != 1)
        {
            problems.Add(place, given == 0
                ? "has no Endpoint. Give one such as redis://host:6379 (or a Configuration, or a ConnectionMultiplexerFactory)"
                : "has more than one of Endpoint, Configuration and ConnectionMultiplexerFactory. Keep one");
            return;
        }

        if (hasConfiguration && options.Failover is not null && NodeFactory.ProblemWith(node.Configuration!, options.Failover) is { } wrong)
            problems.Add($"{place}.Configuration", $"cannot be used: {wrong}");
        if (hasEndpoint)
            CheckEndpoint(node.Endpoint, $"{place}.Endpoint", problems);
    }

    private static void CheckEndpoint(string text, string option, OptionProblems problems)
    {
        if (Array.Exists(SocketSchemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)))
            problems.Add(option, "is a Unix socket. Leave Endpoint out, and give a Redis server's socket as Configuration = \"!/path/to/redis.sock\" (with ',password=...' behind it, if need be)");
        else if (!NodeEndpoint.TryParse(text, out NodeEndpoint? endpoint, out string? problem))
            problems.Add(option, $"cannot be used: {problem}");
        else if (NodeFactory.KindOf(endpoint.Scheme) is not { } kind)
            problems.Add(option, $"has the unknown scheme '{endpoint.Scheme}'. Use one of {NodeFactory.KnownSchemes}");
        else if (kind != NodeKind.Memory && endpoint.Host.Length == 0)
            problems.Add(option, "names no host. Write scheme://host:port");
        else if (kind == NodeKind.Memcached && endpoint.Database is not null)
            problems.Add(option, "has a database number, which Memcached does not know. Write memcached://host:port");
        else if (kind == NodeKind.Memcached && (endpoint.User is null) != (endpoint.Password is null))
            problems.Add(option, "has a user or a password alone, and Memcached wants both. Write memcached://user:password@host:port");
        else if (kind == NodeKind.Memcached && (HasSpace(endpoint.User) || HasSpace(endpoint.Password)))
            problems.Add(option, "has a space in the user or the password, and memcached ends both at one: no login with it can succeed. Choose another in the server's -Y file");
    }

    private static bool HasSpace(string? text) => text is not null && text.AsSpan().ContainsAny(' ', '\r', '\n');
}
