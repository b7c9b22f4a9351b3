using System.Collections;

namespace CacheRing.Testing;

/// <summary>Several Memcached servers, started side by side and disposed of together: all of them, or, when one does not start, none.</summary>
public sealed class MemcachedFleet : IReadOnlyList<MemcachedServer>, IAsyncDisposable
{
    private readonly IReadOnlyList<MemcachedServer> _servers;

    private MemcachedFleet(IReadOnlyList<MemcachedServer> servers)
    {
        _servers = servers;
        Endpoints = [.. servers.Select(server => server.Endpoint)];
    }

    public int Count => _servers.Count;

    /// <summary>The endpoint of each server, in order.</summary>
    public IReadOnlyList<string> Endpoints { get; }

    public MemcachedServer this[int index] => _servers[index];

    public static async Task<MemcachedFleet> StartAsync(
        int count, MemcachedServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var starts = Enumerable.Range(0, count).Select(_ => MemcachedServer.StartAsync(options, cancellationToken)).ToArray();
        try
        {
            return new MemcachedFleet(await Task.WhenAll(starts));
        }
        catch
        {
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully))
            {
                await (await start).DisposeAsync();
            }

            throw;
        }
    }

    public IEnumerator<MemcachedServer> GetEnumerator() => _servers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync() => await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
}
