using CacheRing.Testing;

namespace CacheRing.Benchmarks;

/// <summary>The servers that the cache is measured on, of one kind or another.</summary>
internal sealed record LoadNodes(IReadOnlyList<string> Endpoints, LoadServer First, Func<ValueTask> StopAsync)
{
    public static LoadNodes Of(RedisFleet servers) => new(
        servers.Endpoints,
        new LoadServer(servers[0].KillAsync, () => servers[0].RestartAsync(keepData: false), servers[0].Suspend, servers[0].Resume),
        static () => default);

    /// <summary>One thread each, as a redis-server has.</summary>
    public static async Task<LoadNodes> StartMemcachedAsync(int count)
    {
        MemcachedFleet servers = await MemcachedFleet.StartAsync(count, new() { Threads = 1, MemoryMegabytes = 256 });
        return new LoadNodes(
            servers.Endpoints,
            new LoadServer(servers[0].KillAsync, () => servers[0].RestartAsync(), servers[0].Suspend, servers[0].Resume),
            servers.DisposeAsync);
    }
}

/// <summary>What can be done to a server.</summary>
internal sealed record LoadServer(Func<Task> KillAsync, Func<Task> RestartAsync, Action Suspend, Action Resume);
