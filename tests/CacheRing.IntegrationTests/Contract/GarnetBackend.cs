using CacheRing.Samples.EmbeddedRedis;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three Garnet servers inside the process.</summary>
public sealed class GarnetBackend : IBackend
{
    private readonly EmbeddedRedisServer[] _servers;
    private readonly IDatabase[] _databases;

    private GarnetBackend(EmbeddedRedisServer[] servers, IDatabase[] databases)
    {
        _servers = servers;
        _databases = databases;
    }

    public IReadOnlyList<string> Endpoints => [.. _servers.Select(static server => server.Endpoint)];

    public static async Task<IBackend> StartAsync()
    {
        EmbeddedRedisServer[] servers = [EmbeddedRedisServer.Start(), EmbeddedRedisServer.Start(), EmbeddedRedisServer.Start()];
        ConnectionMultiplexer[] multiplexers = await Task.WhenAll(
            servers.Select(static server => ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}")));
        return new GarnetBackend(servers, [.. multiplexers.Select(static multiplexer => multiplexer.GetDatabase())]);
    }

    public async Task<long> TimeLeftAsync(int node, string storedKey) => (long)await _databases[node].ExecuteAsync("PTTL", storedKey);

    public Task ExpireAsync(int node, string storedKey, TimeSpan timeToLive) => _databases[node].KeyExpireAsync(storedKey, timeToLive);

    public async ValueTask DisposeAsync()
    {
        foreach (IDatabase database in _databases)
            await database.Multiplexer.DisposeAsync();
        foreach (EmbeddedRedisServer server in _servers)
            server.Dispose();
    }
}
