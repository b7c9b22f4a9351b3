using CacheRing.IntegrationTests.Failover;
using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>
/// Over a multiplexer that is the application's, the connection of an unanswered write is ended at the server as well, where that is
/// allowed. Where it is not, the write is voided, which is said once.
/// </summary>
[TestFixture]
public sealed class ConnectionEndTests
{
    private const int CannotEnd = 50;
    private const int Voided = 49;

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_applications_multiplexer_ends_it_if_it_may_and_else_what_that_costs_is_said_once(bool allowAdmin)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using FaultProxy proxy = FaultProxy.Start(server.Host, server.Port);
        await using ConnectionMultiplexer own = await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{proxy.Port},allowAdmin={allowAdmin},abortConnect=false,asyncTimeout=500,connectTimeout=500");
        await using CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions
        {
            Name = "node-0",
            ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(own),
        }));
        await app.SettledAsync();
        string generation = await server.ExecuteAsync("GETRANGE", "cr:gen", "1", "8");

        for (int round = 0; round < 2; round++)
        {
            await app.Cache.SetAsync("kept", [7], new());
            await LoseAnswerAsync(app, proxy);
            int voids = app.Logged(Voided).Length;
            proxy.Cut();
            await app.BecomesAsync(0, NodeHealth.Ejected, NodeHealth.Probing, NodeHealth.Rejoining);
            proxy.Heal();
            await app.SettledAsync();
            Assert.That(await app.Cache.GetAsync("a"), Is.Null);
            Assert.That(await app.Cache.GetAsync("kept"), Is.EqualTo([7]));
            Assert.That(app.Logged(Voided).Length - voids, Is.EqualTo(allowAdmin ? 0 : 1));
        }

        Assert.That(await server.ExecuteAsync("GETRANGE", "cr:gen", "1", "8"), Is.EqualTo(generation));
        Assert.That(await KillsAsync(server), allowAdmin ? Is.EqualTo(2) : Is.Zero);
        Assert.That(app.Logged(CannotEnd), Has.Length.EqualTo(allowAdmin ? 0 : 1));
        if (!allowAdmin)
            Assert.That(app.Logged(CannotEnd)[0], Does.Contain("allowAdmin").And.Contain("their keys are misses"));
    }

    [Test]
    public async Task A_user_who_may_not_end_connections_is_told_once_what_that_costs()
    {
        await using RedisServer server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["app"] = "on >pw ~* &* +@all -client|kill" } });
        await using FaultProxy proxy = FaultProxy.Start(server.Host, server.Port);
        await using CacheUnderTest app = CacheUnderTest.Over([$"redis://app:pw@127.0.0.1:{proxy.Port}"]);
        await app.SettledAsync();
        await LoseAnswerAsync(app, proxy);
        proxy.Cut();
        await app.BecomesAsync(0, NodeHealth.Ejected, NodeHealth.Probing);
        proxy.Heal();
        await app.SettledAsync();
        Assert.That(app.Logged(CannotEnd), Has.Length.EqualTo(1).And.All.Contains("CLIENT KILL"));
        Assert.That(app.Logged(Voided), Has.Length.EqualTo(1));
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
    }

    private static async Task LoseAnswerAsync(CacheUnderTest app, FaultProxy proxy)
    {
        proxy.DropReplies();
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(app.Cache.GetNodes()[0].QueuedKeys, Is.EqualTo(1));
    }

    private static async Task<int> KillsAsync(RedisServer server) =>
        (await server.ExecuteAsync("INFO", "commandstats")).Split('\n')
            .Where(static line => line.StartsWith("cmdstat_client|kill:calls=", StringComparison.Ordinal))
            .Sum(static line => int.Parse(line.Split('=', ',')[1], null));
}
