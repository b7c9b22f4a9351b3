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
        LoadClientSettings settings = new() { Endpoints = started.Endpoints, Keys = keys, Failover = Patient };
        return new LoadScene(started, new LoadRun(configure?.Invoke(settings) ?? settings));
    }

    // A machine that has no time for a test is no node that is down.
    private static Dictionary<string, string> Patient => new()
    {
        [nameof(FailoverOptions.OperationTimeout)] = "00:00:05",
        [nameof(FailoverOptions.ConnectTimeout)] = "00:00:05",
    };

    /// <summary>
    /// Has rounds, each with a key of its own. One in which the machine or a client stood still for too long is not judged, and
    /// another has its place: who stands still for a lease has lost it.
    /// </summary>
    /// <param name="rounds">How many are judged.</param>
    /// <param name="others">How many more there may be.</param>
    /// <param name="stall">For how long the machine may stand still.</param>
    /// <param name="clientStall">For how long a client may.</param>
    /// <param name="round">A round; what it gives judges it.</param>
    public async Task CountAsync(int rounds, int others, TimeSpan stall, TimeSpan clientStall, Func<int, Task<Action>> round)
    {
        for (int key = 0, counted = 0; counted < rounds; key++)
        {
            Board.LongestStall = TimeSpan.Zero;
            await using Heartbeat heartbeat = new();
            Action judge = await round(key);
            if ((heartbeat.Latest > stall || Board.LongestStall > clientStall) && key < rounds + others - 1)
            {
                TestContext.Out.WriteLine($"The machine stood still for {heartbeat.Latest.TotalMilliseconds:0} ms, a client for {Board.LongestStall.TotalMilliseconds:0} ms.");
                continue;
            }

            judge();
            counted++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
