using System.Collections;

namespace CacheRing.Testing;

/// <summary>Several Redis servers, started side by side and disposed of together: all of them, or, when one does not start, none.</summary>
public sealed class RedisFleet : IReadOnlyList<RedisServer>, IAsyncDisposable
{
    private readonly IReadOnlyList<RedisServer> _servers;

    private RedisFleet(IReadOnlyList<RedisServer> servers)
    {
        _servers = servers;
        Endpoints = [.. servers.Select(server => server.Endpoint)];
    }

    public int Count => _servers.Count;

    /// <summary>The endpoint of each server, in order.</summary>
    public IReadOnlyList<string> Endpoints { get; }

    public RedisServer this[int index] => _servers[index];

    public static async Task<RedisFleet> StartAsync(
        int count, RedisServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var starts = Enumerable.Range(0, count).Select(_ => RedisServer.StartAsync(options, cancellationToken)).ToArray();
        try
        {
            return new RedisFleet(await Task.WhenAll(starts));
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

    public IEnumerator<RedisServer> GetEnumerator() => _servers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync() => await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
}
