using CacheRing.IntegrationTests.History;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>Servers of one kind, and a run of client processes over them.</summary>
internal sealed class LoadScene : IAsyncDisposable
{
    private LoadScene(FaultyServers servers, LoadRun run)
    {
        Servers = servers;
        Run = run;
    }

    public FaultyServers Servers { get; }

    public LoadRun Run { get; }

    public LoadBoard Board => Run.Board;

    public static async Task<LoadScene> StartAsync(
        Transport transport, int servers, int keys, Func<LoadClientSettings, LoadClientSettings>? configure = null)
    {
        FaultyServers started = await FaultyServers.StartAsync(transport, servers);
        LoadClientSettings settings = new() { Endpoints = started.Endpoints, Keys = keys };
        return new LoadScene(started, new LoadRun(configure?.Invoke(settings) ?? settings));
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
