using CacheRing.Testing.History;

namespace CacheRing.Testing.Loads;

/// <summary>Client processes over the same nodes, and what they share.</summary>
public sealed class LoadRun : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cachering-loads-");
    private readonly LoadClientSettings _settings;
    private readonly List<LoadClientProcess> _clients = [];

    public LoadRun(LoadClientSettings settings)
    {
        _settings = settings with { Directory = _directory.FullName };
        Board = LoadBoard.Open(_settings.BoardFile, settings.Keys);

        // Made before a client opens them.
        using HistoryStore store = HistoryStore.Open(_settings.StoreFile, settings.Keys);
        using RemovedVersions removed = RemovedVersions.Open(_settings.RemovedFile, settings.Keys, settings.Versions);
    }

    public LoadBoard Board { get; }

    /// <summary>The version of a key in the database.</summary>
    public long CurrentOf(int key)
    {
        using HistoryStore store = HistoryStore.Open(_settings.StoreFile, _settings.Keys);
        return store.Current(key);
    }

    /// <summary>Starts clients beside each other, and returns when all are connected to all nodes.</summary>
    public async Task<LoadClientProcess[]> StartAsync(int count)
    {
        int first = _clients.Count;
        LoadClientProcess[] started = await Task.WhenAll(
            Enumerable.Range(first, count).Select(client => LoadClientProcess.StartAsync(_settings with { Client = client })));
        _clients.AddRange(started);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LoadClientProcess client in _clients)
            await client.DisposeAsync();
        Board.Dispose();
        _directory.Delete(recursive: true);
    }
}
