using CacheRing.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>What a Redis node is made from: its name, and either settings to connect with or the user's own multiplexer.</summary>
internal sealed record RedisNodeSettings(string Name, string KeyPrefix, NodeTimings Timings)
{
    public ConfigurationOptions? Configuration { get; init; }

    public Func<Task<IConnectionMultiplexer>>? Factory { get; init; }

    public HostNames Names { get; init; } = HostNames.Shared;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    // A record prints its members, and the configuration holds the password.
    public override string ToString() => $"{nameof(RedisNodeSettings)} {Name}";
}
