using System.Text.Json;
using CacheRing.Testing;
using CacheRing.Testing.History;
using CacheRing.Testing.Hosting;
using CacheRing.Testing.Loads;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.LoadClient;

/// <summary>
/// One client of a run. It says a line when it is ready; then it is given orders on standard input, a line each (a word and
/// JSON), and says a line when one is done. When its input ends, so does it, whatever is under way.
/// </summary>
internal static class Program
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static async Task Main(string[] arguments)
    {
        ClientThreads.Provide();
        LoadClientSettings settings = JsonSerializer.Deserialize<LoadClientSettings>(await File.ReadAllTextAsync(arguments[0]))!;
        using HistoryStore store = HistoryStore.Open(settings.StoreFile, settings.Keys);
        using RemovedVersions removed = RemovedVersions.Open(settings.RemovedFile, settings.Keys, settings.Versions);
        using LoadBoard board = LoadBoard.Open(settings.BoardFile, settings.Keys);
        await using Heartbeat heartbeat = new(board);
        Database database = new(store, board);
        await using ServiceProvider services = CacheSetup.Build(settings, database);
        IShardedCache nodes = services.GetRequiredService<IShardedCache>();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        Callers callers = new(cache, board, settings.Client);
        Mix mix = new(cache, nodes, database, removed, settings.Keys)
        {
            Through = services.GetRequiredService<IWriteThroughCache<int, long>>(),
        };

        await AnswerAsync(async () =>
        {
            await Poll.UntilAsync(
                () => nodes.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "all nodes to be in use", Deadline);
            return new LoadAnswer();
        });
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string order = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            _ = line.StartsWith("mix", StringComparison.Ordinal)
                ? AnswerAsync(() => mix.RunAsync(JsonSerializer.Deserialize<MixOrder>(order)!))
                : AnswerAsync(() => callers.CallAsync(JsonSerializer.Deserialize<CallOrder>(order)!));
        }
    }

    private static async Task AnswerAsync(Func<Task<LoadAnswer>> obey)
    {
        LoadAnswer answer;
        try
        {
            answer = await obey();
        }
#pragma warning disable CA1031 // Whatever it is, the test is to know of it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            answer = new LoadAnswer { Failure = failure.ToString() };
        }

        Console.Out.WriteLine(JsonSerializer.Serialize(answer));
    }
}
