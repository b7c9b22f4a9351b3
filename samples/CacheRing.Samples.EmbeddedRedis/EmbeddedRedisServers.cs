using System.Collections;

namespace CacheRing.Samples.EmbeddedRedis;

/// <summary>Some servers that know nothing of each other: what a ring is made of.</summary>
public sealed class EmbeddedRedisServers : IReadOnlyList<EmbeddedRedisServer>, IAsyncDisposable, IDisposable
{
    private readonly EmbeddedRedisServer[] _servers;

    private EmbeddedRedisServers(EmbeddedRedisServer[] servers) => _servers = servers;

    public int Count => _servers.Length;

    public EmbeddedRedisServer this[int index] => _servers[index];

    /// <summary>Starts <paramref name="count"/> servers, each on a free port; all of them or none.</summary>
    public static EmbeddedRedisServers Start(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        List<EmbeddedRedisServer> started = new(count);
        try
        {
            while (started.Count < count)
                started.Add(EmbeddedRedisServer.Start());
            return new EmbeddedRedisServers([.. started]);
        }
        catch
        {
            started.ForEach(static server => server.Dispose());
            throw;
        }
    }

    public IEnumerator<EmbeddedRedisServer> GetEnumerator() => ((IEnumerable<EmbeddedRedisServer>)_servers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync() => await Task.WhenAll(_servers.Select(static server => server.StopAsync()));

    public void Dispose()
    {
        foreach (EmbeddedRedisServer server in _servers)
            server.Dispose();
    }
}
