namespace CacheRing.Testing;

/// <summary>How a <see cref="MemcachedServer"/> differs from one with memcached's own defaults.</summary>
public sealed record MemcachedServerOptions
{
    /// <summary>The memory for items (<c>-m</c>).</summary>
    public int MemoryMegabytes { get; init; } = 64;

    /// <summary>The largest item, such as <c>2m</c> (<c>-I</c>); memcached's own default is 1 MiB.</summary>
    public string? MaxItemSize { get; init; }

    /// <summary>Refuse writes when the memory is full, instead of dropping old items (<c>-M</c>).</summary>
    public bool NoEviction { get; init; }

    /// <summary>How many worker threads (<c>-t</c>). Few, because tests run many servers on few cores.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Who may use the server: name and password (<c>-Y</c>). Everybody when empty.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Speak TLS and nothing else, with this certificate.</summary>
    public ServerCertificate? Tls { get; init; }

    /// <summary>Speak the binary protocol and nothing else (<c>-B binary</c>).</summary>
    public bool Binary { get; init; }

    /// <summary>Anything else, as on the command line: <c>["-c", "64"]</c>. It wins over all of the above.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}
