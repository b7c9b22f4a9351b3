namespace CacheRing.Testing;

/// <summary>A pool of a <see cref="Twemproxy"/>, by ketama.</summary>
public sealed record TwemproxyOptions
{
    /// <summary>Its servers, as in its file: <c>127.0.0.1:6379:1</c>, or <c>127.0.0.1:6379:1 name</c>.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>Whether they speak Redis's protocol; else memcached's.</summary>
    public bool Redis { get; init; } = true;

    /// <summary>The hash of keys; its own default when null.</summary>
    public string? Hash { get; init; }

    /// <summary>Two characters; only what stands between them is hashed.</summary>
    public string? HashTag { get; init; }

    internal string ToYaml(int port)
    {
        string[] lines =
        [
            "pool:",
            FormattableString.Invariant($"  listen: 127.0.0.1:{port}"),
            "  distribution: ketama",
            $"  redis: {(Redis ? "true" : "false")}",
            .. Hash is null ? [] : (string[])[$"  hash: {Hash}"],
            .. HashTag is null ? [] : (string[])[$"  hash_tag: \"{HashTag}\""],
            "  servers:",
            .. Servers.Select(server => $"   - {server}"),
        ];
        return string.Join('\n', lines) + "\n";
    }
}
