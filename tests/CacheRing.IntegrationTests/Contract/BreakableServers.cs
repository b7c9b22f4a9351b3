using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three redis-server processes.</summary>
public sealed class BreakableRedis(RedisFleet servers) : IBreakableServers
{
    public IReadOnlyList<string> Endpoints => servers.Endpoints;

    public static async Task<IBreakableServers> StartAsync() => new BreakableRedis(await RedisFleet.StartAsync(3));

    public Task KillAsync(int node) => servers[node].KillAsync();

    public Task RestartAsync(int node) => servers[node].RestartAsync(keepData: false);

    public void Freeze(int node) => servers[node].Suspend();

    public void Thaw(int node) => servers[node].Resume();

    public ValueTask DisposeAsync() => servers.DisposeAsync();
}

/// <summary>Three memcached processes.</summary>
public sealed class BreakableMemcached(MemcachedFleet servers) : IBreakableServers
{
    public IReadOnlyList<string> Endpoints => servers.Endpoints;

    public static async Task<IBreakableServers> StartAsync()
    {
        RequiresMemcached.OrSkip();
        return new BreakableMemcached(await MemcachedFleet.StartAsync(3, new() { MaxItemSize = "8m", MemoryMegabytes = 256 }));
    }

    public Task KillAsync(int node) => servers[node].KillAsync();

    public Task RestartAsync(int node) => servers[node].RestartAsync();

    public void Freeze(int node) => servers[node].Suspend();

    public void Thaw(int node) => servers[node].Resume();

    public ValueTask DisposeAsync() => servers.DisposeAsync();
}
