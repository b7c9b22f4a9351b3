using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>Servers of one kind, and all the harm that a script does to them.</summary>
internal abstract class FaultyServers : IAsyncDisposable
{
    protected const string RecordKey = "cr:gen";

    public abstract int Count { get; }

    public abstract IReadOnlyList<string> Endpoints { get; }

    /// <summary>Whether a server can be back with old data.</summary>
    public abstract bool KeepsData { get; }

    public static async Task<FaultyServers> StartAsync(Transport transport, int count)
    {
        if (transport == Transport.Redis)
            return new FaultyRedis(await RedisFleet.StartAsync(count));
        RequiresMemcached.OrSkip();
        return new FaultyMemcached(await MemcachedFleet.StartAsync(count));
    }

    public abstract Task KillAsync(int node);

    /// <summary>Starts a server that was killed, with nothing in it.</summary>
    public abstract Task RestartEmptyAsync(int node);

    /// <summary>Takes the snapshot for <see cref="RestartOldAsync"/>.</summary>
    public abstract Task SaveAsync(int node);

    /// <summary>Starts a server that was killed, with what it had when it was last saved.</summary>
    public abstract Task RestartOldAsync(int node);

    public abstract void Suspend(int node);

    public abstract void Resume(int node);

    /// <summary>Makes a node forget its generation, as an eviction or an operator may.</summary>
    public abstract Task DeleteRecordAsync(int node, string instanceName);

    /// <summary>Whether a key is there, readable or not.</summary>
    public abstract Task<bool> HasAsync(int node, string storedKey);

    /// <summary>Lets a node take reads and refuse all writes and removes, or ends that.</summary>
    public abstract Task RefuseWritesAsync(int node, bool refuse);

    /// <summary>Proxies before all servers, for one client's use.</summary>
    public ProxiedServers Proxied() => new(Endpoints);

    public abstract ValueTask DisposeAsync();
}
