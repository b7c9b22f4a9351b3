using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>How a write without an answer is kept from arriving late on Redis: its connection is ended, and no other.</summary>
[TestFixture]
public sealed class RedisDoubtTests
{
    private RedisServer _server = null!;
    private FaultProxy _proxy = null!;
    private CacheUnderTest _app = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = FaultProxy.Start(_server.Host, _server.Port);
        _app = CacheUnderTest.Over([$"redis://127.0.0.1:{_proxy.Port}"]);
        await _app.SettledAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task The_connection_of_an_unanswered_write_is_ended_at_the_server_and_the_node_keeps_its_generation()
    {
        string before = await _server.ExecuteAsync("GETRANGE", "cr:gen", "1", "8");
        await LoseAnswerAsync();
        _proxy.Cut();
        await _app.BecomesAsync(0, NodeHealth.Ejected, NodeHealth.Probing);
        _proxy.Heal();
        await _app.SettledAsync();
        Assert.That(await KillsAsync(), Is.EqualTo(1));
        Assert.That(await _server.ExecuteAsync("GETRANGE", "cr:gen", "1", "8"), Is.EqualTo(before));
        Assert.That(await _app.Cache.GetAsync("a"), Is.Null);
    }

    [Test]
    public async Task On_a_restarted_server_whose_connections_have_the_same_numbers_none_is_ended()
    {
        await LoseAnswerAsync();
        await _server.KillAsync();
        _proxy.Cut();
        await _server.RestartAsync(keepData: false);
        _proxy.Heal();
        await _app.SettledAsync();
        Assert.That(await KillsAsync(), Is.Zero);
        await _app.Cache.SetAsync("a", [2], new());
        Assert.That(await _app.Cache.GetAsync("a"), Is.EqualTo([2]));
    }

    private async Task LoseAnswerAsync()
    {
        _proxy.DropReplies();
        await _app.Cache.SetAsync("a", [1], new());
        Assert.That(_app.Cache.GetNodes()[0].QueuedKeys, Is.EqualTo(1));
    }

    private async Task<int> KillsAsync() =>
        (await _server.ExecuteAsync("INFO", "commandstats")).Split('\n')
            .Where(static line => line.StartsWith("cmdstat_client|kill:calls=", StringComparison.Ordinal))
            .Sum(static line => int.Parse(line.Split('=', ',')[1], null));
}
