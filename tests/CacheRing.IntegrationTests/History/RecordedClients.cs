using CacheRing.Testing.History;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.History;

/// <summary>Recorded clients of one history, and what the checker makes of it.</summary>
internal sealed class RecordedClients : IAsyncDisposable
{
    public const string InstanceName = "h:";

    private const int Keys = 64;
    private const int LogCapacity = 100_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cachering-history-");
    private readonly HistoryStore _store;
    private readonly List<RecordedClient> _clients = [];

    public RecordedClients()
    {
        _store = HistoryStore.Open(Path.Combine(_directory.FullName, "store"), Keys);
    }

    /// <summary>Starts a client and returns when it is connected.</summary>
    public async Task<RecordedClient> StartAsync(
        IEnumerable<string> endpoints, Action<FailoverOptions> configure, TimeProvider? time = null)
    {
        CacheUnderTest app = CacheUnderTest.Over(
            endpoints,
            options =>
            {
                options.InstanceName = InstanceName;
                configure(options.Failover);
            },
            services =>
            {
                if (time is not null)
                    services.AddSingleton(time);
            });
        RecordedClient client = new(app, _store, new HistoryLog(LogOf(_clients.Count), _clients.Count, LogCapacity));
        _clients.Add(client);
        await client.SettleAsync();
        return client;
    }

    public HistoryResult Check() =>
        HistoryChecker.Check(Enumerable.Range(0, _clients.Count).Select(client => HistoryLog.Read(LogOf(client))), _store.Current);

    public async ValueTask DisposeAsync()
    {
        foreach (RecordedClient client in _clients)
            await client.DisposeAsync();
        _store.Dispose();
        _directory.Delete(recursive: true);
    }

    private string LogOf(int client) => Path.Combine(_directory.FullName, FormattableString.Invariant($"client-{client}.log"));
}
