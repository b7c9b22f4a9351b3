namespace CacheRing.Testing.Redis;

/// <summary>The configuration file of a server. A file, because a password on the command line can be read by every user of the machine.</summary>
internal sealed class RedisConfiguration(RedisServerOptions options)
{
    public const string FileName = "redis.conf";

    /// <summary>The text of the file, for a server of this major version that keeps its data in this directory.</summary>
    public string ToText(int port, string directory, int majorVersion, string bind = "127.0.0.1")
    {
        var lines = new List<string>
        {
            $"bind {bind}",
            $"dir {Quote(directory)}",
            "daemonize no",

            // Nothing is kept unless a test asks for it: a crash loses all, as on the cache nodes users run.
            "save \"\"",
            "appendonly no",

            // By default a master waits 5 s for more replicas before it feeds the first.
            "repl-diskless-sync-delay 0",
        };
        if (majorVersion >= 7)
        {
            lines.Add("enable-debug-command yes");
            lines.Add("shutdown-timeout 0"); // A frozen replica must not delay the end of its master.
        }

        AddPort(lines, port);
        Add(lines, "requirepass", options.Password);
        Add(lines, "masterauth", options.Password);
        Add(lines, "maxmemory", options.MaxMemory);
        Add(lines, "maxmemory-policy", options.MaxMemoryPolicy);
        lines.AddRange(options.AclUsers.Select(user => $"user {user.Key} {user.Value}"));
        if (options.ReplicaOf is { } master)
        {
            lines.Add($"replicaof {master.Host} {master.Port}");
            lines.Add($"tls-replication {(master.Options.Tls is null ? "no" : "yes")}");
        }

        if (options.ClusterEnabled)
        {
            lines.Add("cluster-enabled yes");
        }

        return string.Join('\n', lines) + "\n";
    }

    private void AddPort(List<string> lines, int port)
    {
        if (options.Tls is not { } certificate)
        {
            lines.Add($"port {port}");
            return;
        }

        lines.Add("port 0");
        lines.Add($"tls-port {port}");
        lines.Add("tls-auth-clients no");
        Add(lines, "tls-cert-file", certificate.CertificateFile);
        Add(lines, "tls-key-file", certificate.KeyFile);
        Add(lines, "tls-ca-cert-file", certificate.AuthorityFile);
    }

    private static void Add(List<string> lines, string name, string? value)
    {
        if (value is not null)
        {
            lines.Add($"{name} {Quote(value)}");
        }
    }

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
