using CacheRing.HistoryClient;
using CacheRing.Testing;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>A client inside the test, for scripts in which one thing comes after the other.</summary>
internal sealed class RecordedClient : IAsyncDisposable
{
    private readonly CacheUnderTest _app;
    private readonly HistoryLog _log;

    public RecordedClient(CacheUnderTest app, HistoryStore store, HistoryLog log)
    {
        _app = app;
        _log = log;
        Recorded = new RecordedCache(app.Cache, store, log);
    }

    public RecordedCache Recorded { get; }

    public IShardedCache Cache => _app.Cache;

    /// <summary>Returns when all nodes are healthy and nothing is left to be delivered; the history then says so.</summary>
    public Task SettleAsync() => Poll.UntilAsync(
        Recorded.LookWhetherSettled, $"all nodes to be healthy and nothing to be queued: {string.Join("; ", Cache.GetNodes())}");

    public async Task<HistoryOutcome> WriteAsync(int key) => await Recorded.WriteAsync(key, padding: 10, new());

    public async Task ReadAsync(params int[] keys)
    {
        foreach (int key in keys)
        {
            await Recorded.ReadAsync(key);
            await Recorded.ReadToBufferAsync(key);
        }

        await Recorded.ReadManyAsync(keys);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _log.Dispose();
    }
}
