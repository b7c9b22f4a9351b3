using CacheRing.Samples.EmbeddedRedis;

namespace CacheRing.Samples.WebApi.Nodes;

/// <summary>The servers this process runs for itself when the configuration names none. They end with the app.</summary>
public sealed class EmbeddedNodes : IHostedService, IAsyncDisposable, IDisposable
{
    private readonly EmbeddedRedisServers _servers;

    public EmbeddedNodes(EmbeddedRedisServers servers) => _servers = servers;

    /// <summary>The server behind a node's name.</summary>
    public EmbeddedRedisServer this[string name] => Find(name) ?? throw new KeyNotFoundException($"There is no node '{name}'.");

    /// <summary>The server behind a node's name; null if no node has it.</summary>
    public EmbeddedRedisServer? Find(string name) => _servers.Where((_, n) => NameOf(n) == name).SingleOrDefault();

    /// <summary>What an operator would write into the configuration, had they started these servers.</summary>
    public IEnumerable<KeyValuePair<string, string?>> AsConfiguration() => _servers.SelectMany((server, n) =>
        new KeyValuePair<string, string?>[]
        {
            new($"{EmbeddedNodesRegistration.NodesSection}:{n}:Name", NameOf(n)),
            new($"{EmbeddedNodesRegistration.NodesSection}:{n}:Endpoint", server.Endpoint),
        });

    // Nothing to start or stop; but a hosted service is resolved at the start, before the cache, and so is disposed after it.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    public void Dispose() => _servers.Dispose();

    private static string NameOf(int index) => $"cache-{index + 1}";
}
