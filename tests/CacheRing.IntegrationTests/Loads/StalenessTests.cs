using System.Diagnostics;
using System.Globalization;
using CacheRing.Failover;
using CacheRing.IntegrationTests.History;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>
/// Two processes load keys on a miss while they change them in the database and remove them from the cache; each load takes
/// some time between its read of the database and its return, in which its value may become old.
/// </summary>
/// <remarks>CACHERING_HISTORY_OPERATIONS=100000 makes it a long run.</remarks>
[TestFixture]
public sealed class StalenessTests
{
    private const int Processes = 2;
    private const int Keys = 20;

    // What two processes hear from each other takes a moment; a second would be no message.
    private static readonly TimeSpan MessageDelay = TimeSpan.FromSeconds(1);

    private static readonly int Operations =
        int.TryParse(Environment.GetEnvironmentVariable("CACHERING_HISTORY_OPERATIONS"), out int operations) ? operations : 20_000;

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task After_a_removal_nobody_reads_what_was_loaded_before_it(Transport transport)
    {
        MixResult result = await RunAsync(transport);
        Assert.That(result.Stale, Is.Zero);
        Assert.That(result.Loads, Is.InRange(result.Changes / 2, result.Reads / 2), "there were hits, and loads that changes could come between");
    }

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task Without_the_check_of_tokens_they_do(Transport transport)
    {
        MixResult result = await RunAsync(transport, static settings => settings with { Without = nameof(Protections.Tokens) });
        Assert.That(result.Stale, Is.GreaterThanOrEqualTo(Math.Max(10, Operations / 1_000)));
    }

    [Test]
    public async Task With_a_local_cache_they_do_only_until_they_hear_of_it()
    {
        MixResult result = await RunAsync(Transport.Redis, static settings => settings with { KeepsLocally = true });
        Assert.That(result.Stalest, Is.LessThan(MessageDelay));
        Assert.That(result.Stale, Is.LessThan(result.Reads / 20));
    }

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task Though_a_server_is_killed_and_another_stands_still_nobody_reads_what_was_loaded_before_an_applied_removal(Transport transport)
    {
        MixResult result = await RunAsync(
            transport,
            static settings => settings with { Failover = Impatient },
            static order => order with { Operations = order.Operations / 2, AsksForOutcome = true },
            HarmAsync);
        Assert.That(result.Stale, Is.Zero);
        Assert.That(result.Queued, Is.Positive, "the faults were felt");
        Assert.That(result.Queued, Is.LessThan(result.Changes / 2), "most removals were applied");
    }

    // Short outages are felt, and over soon. Another client's new generation holds at once.
    private static Dictionary<string, string> Impatient => new()
    {
        [nameof(FailoverOptions.FenceCheck)] = nameof(FenceCheck.EveryRead),
        [nameof(FailoverOptions.OperationTimeout)] = Milliseconds(100),
        [nameof(FailoverOptions.ConnectTimeout)] = Milliseconds(250),
        [nameof(FailoverOptions.ReconnectDelay)] = Milliseconds(50),
        [nameof(FailoverOptions.ProbeInterval)] = Milliseconds(20),
        [nameof(FailoverOptions.MaxProbeInterval)] = Milliseconds(200),
    };

    private static string Milliseconds(int count) => TimeSpan.FromMilliseconds(count).ToString("c", CultureInfo.InvariantCulture);

    private static async Task<MixResult> RunAsync(
        Transport transport,
        Func<LoadClientSettings, LoadClientSettings>? configure = null,
        Func<MixOrder, MixOrder>? change = null,
        Func<FaultyServers, Task, Task>? harm = null)
    {
        await using LoadScene scene = await LoadScene.StartAsync(transport, servers: 2, Keys, settings =>
        {
            settings = settings with { Versions = Operations };
            return configure?.Invoke(settings) ?? settings;
        });
        LoadClientProcess[] clients = await scene.Run.StartAsync(Processes);
        int seed = TestContext.CurrentContext.Random.Next(1_000_000);
        long begun = Stopwatch.GetTimestamp();
        Task<LoadAnswer[]> working = Task.WhenAll(clients.Select((client, i) =>
        {
            MixOrder order = new() { Operations = Operations / Processes, Seed = seed + i };
            return client.AskAsync(change?.Invoke(order) ?? order);
        }));
        if (harm is not null)
            await harm(scene.Servers, working);
        MixResult result = MixResult.Of(await working, scene.Board.AllLoads, Stopwatch.GetElapsedTime(begun));
        TestContext.Out.WriteLine(result);
        return result;
    }

    /// <summary>One server is killed and comes back empty, the other stands still for a second; for as long as the clients work.</summary>
    private static async Task HarmAsync(FaultyServers servers, Task working)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(400);
        do
        {
            await Task.Delay(pause);
            await servers.KillAsync(0);
            await Task.Delay(pause);
            await servers.RestartEmptyAsync(0);
            await Task.Delay(pause);
            servers.Suspend(1);
            await Task.Delay(TimeSpan.FromSeconds(1));
            servers.Resume(1);
        }
        while (!working.IsCompleted);
    }
}
