using System.Globalization;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three redis-server processes.</summary>
public sealed class RedisBackend : IBackend
{
    private RedisBackend(RedisFleet servers)
    {
        Servers = servers;
    }

    public RedisFleet Servers { get; }

    public IReadOnlyList<string> Endpoints => Servers.Endpoints;

    public static async Task<IBackend> StartAsync() => new RedisBackend(await RedisFleet.StartAsync(3));

    public async Task<long> TimeLeftAsync(int node, string storedKey) =>
        long.Parse(await Servers[node].ExecuteAsync("PTTL", storedKey), CultureInfo.InvariantCulture);

    public Task ExpireAsync(int node, string storedKey, TimeSpan timeToLive) =>
        Servers[node].ExecuteAsync("PEXPIRE", storedKey, timeToLive.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));

    public ValueTask DisposeAsync() => Servers.DisposeAsync();
}
