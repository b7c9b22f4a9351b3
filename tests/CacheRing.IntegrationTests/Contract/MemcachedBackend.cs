using System.Globalization;
using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three memcached processes that take items larger than their default allows, as the contract has some.</summary>
public sealed class MemcachedBackend : IBackend
{
    private MemcachedBackend(MemcachedFleet servers)
    {
        Servers = servers;
    }

    public MemcachedFleet Servers { get; }

    public IReadOnlyList<string> Endpoints => Servers.Endpoints;

    public static async Task<IBackend> StartAsync()
    {
        RequiresMemcached.OrSkip();
        return new MemcachedBackend(await MemcachedFleet.StartAsync(3, new() { MaxItemSize = "8m", MemoryMegabytes = 256 }));
    }

    public async Task<long> TimeLeftAsync(int node, string storedKey)
    {
        string reply = (await Servers[node].ExecuteAsync($"mg {storedKey} t")).TrimEnd();
        if (reply == "EN")
            return -2;

        // Of a placeholder it says so behind the number.
        long seconds = long.Parse(reply["HD t".Length..].Split(' ')[0], CultureInfo.InvariantCulture);
        return seconds < 0 ? seconds : seconds * 1000;
    }

    public Task ExpireAsync(int node, string storedKey, TimeSpan timeToLive) =>
        Servers[node].ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"mg {storedKey} T{(long)timeToLive.TotalSeconds}"));

    public ValueTask DisposeAsync() => Servers.DisposeAsync();
}
