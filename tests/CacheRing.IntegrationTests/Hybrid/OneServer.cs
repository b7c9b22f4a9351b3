using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>One server, a proxy before it, and a door to what is on it.</summary>
public abstract class OneServer : IAsyncDisposable
{
    private const string Instance = "app:";

    /// <summary>Its address.</summary>
    public abstract string Endpoint { get; }

    /// <summary>Its address through the proxy.</summary>
    public abstract string ProxiedEndpoint { get; }

    public abstract FaultProxy Proxy { get; }

    /// <summary>Whether anything is stored under a key, an entry or a placeholder.</summary>
    public abstract Task<bool> HasAsync(string key);

    /// <summary>Takes a key away, as an eviction does.</summary>
    public abstract Task EvictAsync(string key);

    /// <summary>Deletes the record of the node's generation, in all its copies.</summary>
    public abstract Task DeleteRecordAsync();

    /// <summary>Another process at the same address, empty.</summary>
    public abstract Task RestartAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Over redis-server.</summary>
    public static async Task<OneServer> RedisAsync()
    {
        RedisServer server = await RedisServer.StartAsync();
        return new OfRedis(server, FaultProxy.Start(server.Host, server.Port));
    }

    /// <summary>Over memcached.</summary>
    public static async Task<OneServer> MemcachedAsync()
    {
        RequiresMemcached.OrSkip();
        MemcachedServer server = await MemcachedServer.StartAsync();
        return new OfMemcached(server, FaultProxy.Start(server.Host, server.Port));
    }

    private sealed class OfRedis(RedisServer server, FaultProxy proxy) : OneServer
    {
        public override string Endpoint => server.Endpoint;

        public override string ProxiedEndpoint => $"redis://{proxy.Host}:{proxy.Port}";

        public override FaultProxy Proxy => proxy;

        public override async Task<bool> HasAsync(string key) => await server.ExecuteAsync("EXISTS", Instance + key) == "1";

        public override Task EvictAsync(string key) => server.ExecuteAsync("DEL", Instance + key);

        public override Task DeleteRecordAsync() => server.DeleteRecordAsync(Instance);

        public override Task RestartAsync() => server.RestartAsync(keepData: false);

        public override async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            await server.DisposeAsync();
        }
    }

    private sealed class OfMemcached(MemcachedServer server, FaultProxy proxy) : OneServer
    {
        public override string Endpoint => server.Endpoint;

        public override string ProxiedEndpoint => $"memcached://{proxy.Host}:{proxy.Port}";

        public override FaultProxy Proxy => proxy;

        public override async Task<bool> HasAsync(string key) =>
            !(await server.ExecuteAsync($"mg {Instance}{key} s\r\n")).StartsWith("EN", StringComparison.Ordinal);

        public override Task EvictAsync(string key) => server.ExecuteAsync($"md {Instance}{key}\r\n");

        public override Task DeleteRecordAsync() => EvictAsync("cr:gen");

        public override Task RestartAsync() => server.RestartAsync();

        public override async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
