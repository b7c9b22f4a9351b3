namespace CacheRing.Testing;

/// <summary>How a <see cref="RedisServer"/> differs from an empty one that anybody may use.</summary>
public sealed record RedisServerOptions
{
    /// <summary>The password of the default user (<c>requirepass</c>).</summary>
    public string? Password { get; init; }

    /// <summary>Further users: name and rules, as in <c>ACL SETUSER</c>: <c>on &gt;secret ~app:* +get</c>.</summary>
    public IReadOnlyDictionary<string, string> AclUsers { get; init; } = new Dictionary<string, string>();

    /// <summary>When set, the server speaks TLS only, with this certificate: one of <see cref="TestCertificates"/>.</summary>
    public ServerCertificate? Tls { get; init; }

    /// <summary>The memory limit, such as <c>2mb</c>; none by default.</summary>
    public string? MaxMemory { get; init; }

    /// <summary>What happens at that limit, such as <c>allkeys-lru</c>; by default writes are refused (<c>noeviction</c>).</summary>
    public string? MaxMemoryPolicy { get; init; }

    /// <summary>The master this server copies; it is in step with it when it has started. Both share <see cref="Password"/>.</summary>
    public RedisServer? ReplicaOf { get; init; }

    /// <summary>A node of a Redis Cluster, without any slots until it is given some.</summary>
    public bool ClusterEnabled { get; init; }

    /// <summary>Anything else, as on the command line: <c>["--databases", "2"]</c>. It wins over all of the above.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}
