using CacheRing.Failover;
using CacheRing.IntegrationTests.History;
using CacheRing.IntegrationTests.Loads;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Through;

/// <summary>Two processes write one key through the cache as fast as they can, and read it beside that.</summary>
/// <remarks>CACHERING_HISTORY_OPERATIONS=40000 has each write it 10,000 times.</remarks>
[TestFixture]
public sealed class WritersTests
{
    private static readonly int Operations =
        int.TryParse(Environment.GetEnvironmentVariable("CACHERING_HISTORY_OPERATIONS"), out int operations) ? operations : 8_000;

    [TestCase(Transport.Redis, false)]
    [TestCase(Transport.Memcached, false)]
    [TestCase(Transport.Redis, true)]
    [TestCase(Transport.Memcached, true)]
    public async Task Nobody_reads_an_older_version_than_the_last_that_was_acknowledged(Transport transport, bool leavesNothing)
    {
        await using LoadScene scene = await StartAsync(transport, settings => settings with { LeavesNothing = leavesNothing });
        MixResult result = await RunAsync(scene);
        Assert.That(result.Stale, Is.Zero);

        // Half of all are writes, and the cache ends empty or with what the database has.
        Assert.That(result.Changes, Is.GreaterThan(Operations / 3));
        await using CacheUnderTest reader = CacheUnderTest.Over(scene.Servers.Endpoints, static options => options.InstanceName = "l:");
        if (await reader.Cache.GetAsync("through:0") is { } left)
            Assert.That(System.Text.Encoding.UTF8.GetString(left[1..]), Is.EqualTo(FormattableString.Invariant($"{scene.Run.CurrentOf(0)}")));
    }

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task Without_the_check_of_tokens_they_do(Transport transport)
    {
        await using LoadScene scene = await StartAsync(transport, static settings => settings with { Without = nameof(Protections.Tokens) });
        Assert.That((await RunAsync(scene)).Stale, Is.Positive);
    }

    private static Task<LoadScene> StartAsync(Transport transport, Func<LoadClientSettings, LoadClientSettings> configure) =>
        LoadScene.StartAsync(transport, servers: 1, keys: 1, settings => configure(settings with { Versions = Operations }));

    private static async Task<MixResult> RunAsync(LoadScene scene)
    {
        LoadClientProcess[] clients = await scene.Run.StartAsync(2);
        int seed = TestContext.CurrentContext.Random.Next(1_000_000);
        LoadAnswer[] answers = await Task.WhenAll(clients.Select((client, i) =>
            client.AskAsync(new MixOrder { Operations = Operations / 2, Changes = 50, Seed = seed + i, Through = true })));
        MixResult result = MixResult.Of(answers, scene.Board.AllLoads, TimeSpan.Zero);
        TestContext.Out.WriteLine(result);
        return result;
    }
}
