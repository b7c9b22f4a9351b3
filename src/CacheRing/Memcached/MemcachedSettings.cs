using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>What a Memcached node is made from.</summary>
internal sealed record MemcachedSettings(string Name, string KeyPrefix, NodeEndpoint Endpoint, NodeTimings Timings)
{
    public const string Scheme = "memcached";
    public const string TlsScheme = "memcacheds";
    public const int DefaultPort = 11211;

    public EntryFormat Format { get; init; }

    public HostNames Names { get; init; } = HostNames.Shared;

    // A record prints its members, and the endpoint is better left to messages that say what is wrong with it.
    public override string ToString() => $"{nameof(MemcachedSettings)} {Name}";
}
