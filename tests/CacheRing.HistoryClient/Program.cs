using System.Text.Json;
using CacheRing.Testing.History;
using CacheRing.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.HistoryClient;

/// <summary>
/// One client of a recorded run. It is told what to do on standard input, a word a line (go, settle, sweep, quit), and says
/// what has happened on standard output; when its input ends, so does it.
/// </summary>
internal static class Program
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static async Task<int> Main(string[] arguments)
    {
        ClientThreads.Provide();
        HistoryClientSettings settings = JsonSerializer.Deserialize<HistoryClientSettings>(await File.ReadAllTextAsync(arguments[0]))!;
        using HistoryStore store = HistoryStore.Open(settings.StoreFile, settings.Keys);
        using HistoryLog log = new(settings.LogFile, settings.Client, settings.LogCapacity);
        await using ServiceProvider services = CacheSetup.Build(settings);
        IShardedCache nodes = services.GetRequiredService<IShardedCache>();
        RecordedCache cache = new(nodes, store, log);
        using CancellationTokenSource ended = new();
        try
        {
            await SettledAsync(cache, nodes);
            Say(new("ready"));
            Task looking = LookAsync(cache, ended.Token);
            await ObeyAsync(cache, nodes, settings);
            await ended.CancelAsync();
            await looking;
            return 0;
        }
        catch (TimeoutException failure)
        {
            Say(new("failed") { Reason = failure.Message });
            return 1;
        }
    }

    private static async Task ObeyAsync(RecordedCache cache, IShardedCache nodes, HistoryClientSettings settings)
    {
        Task work = Task.CompletedTask;
        while (await Console.In.ReadLineAsync() is { } command && command != "quit")
        {
            switch (command)
            {
                case "go":
                    work = WorkAsync(new Workforce(settings, cache));
                    break;
                case "settle":
                    await work;
                    await SettledAsync(cache, nodes);
                    Say(new("settled"));
                    break;
                case "sweep":
                    for (int key = 0; key < settings.Keys; key++)
                        await cache.ReadAsync(key);
                    Say(new("swept"));
                    break;
            }
        }
    }

    private static async Task WorkAsync(Workforce workforce)
    {
        await workforce.RunAsync();
        CallTimes calls = workforce.Calls;
        Say(new("done")
        {
            Hits = calls.Hits,
            Misses = calls.Misses,
            LongestMilliseconds = calls.LongestMilliseconds,
            P99Milliseconds = calls.P99Milliseconds,
        });
    }

    private static async Task LookAsync(RecordedCache cache, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            cache.LookWhetherSettled();
            await Task.Delay(LookInterval, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SettledAsync(RecordedCache cache, IShardedCache nodes)
    {
        try
        {
            await Testing.Poll.UntilAsync(cache.LookWhetherSettled, "all nodes to be healthy and nothing to be queued", Deadline);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message} They are: {string.Join("; ", nodes.GetNodes())}");
        }
    }

    private static void Say(HistoryClientEvent what) => Console.Out.WriteLine(JsonSerializer.Serialize(what));
}
