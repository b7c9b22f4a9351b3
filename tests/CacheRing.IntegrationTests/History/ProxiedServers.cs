using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>A proxy before each server: what happens to the network of the client that uses them.</summary>
internal sealed class ProxiedServers : IAsyncDisposable
{
    private readonly FaultProxy[] _proxies;

    public ProxiedServers(IEnumerable<string> endpoints)
    {
        Uri[] targets = [.. endpoints.Select(static endpoint => new Uri(endpoint))];
        _proxies = [.. targets.Select(static target => FaultProxy.Start(target.Host, target.Port))];
        Endpoints = [.. targets.Zip(_proxies, static (target, proxy) => $"{target.Scheme}://{proxy.Host}:{proxy.Port}")];
    }

    public IReadOnlyList<string> Endpoints { get; }

    public FaultProxy this[int node] => _proxies[node];

    public async ValueTask DisposeAsync() => await Task.WhenAll(_proxies.Select(static proxy => proxy.DisposeAsync().AsTask()));
}
