using CacheRing.IntegrationTests.Contract;
using CacheRing.Nodes;
using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>The listener is told when messages may be lost, and again when they come, whatever happens to the server.</summary>
[TestFixture]
internal sealed class BusLossTests
{
    private RedisServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await RedisServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_killed_server_is_listened_to_again_when_it_is_back()
    {
        await using ICacheNode node = BusUnderTest.Start(_server.Endpoint);
        RecordingListener heard = await BusUnderTest.ListeningAsync(node);
        await _server.KillAsync();
        await Poll.UntilAsync(() => !heard.IsListening, "the listener to be deaf");
        await _server.RestartAsync(keepData: false);
        await heard.ListeningAsync(2);
        await BusUnderTest.PublishAsync(node, 1);
        await Poll.UntilAsync(() => heard.Messages.Count == 1, "the message to be heard");
        Assert.That(heard.Breaches, Is.Empty);
    }

    [Test]
    public async Task A_server_that_comes_later_is_listened_to()
    {
        await _server.KillAsync();
        await using ICacheNode node = BusUnderTest.Start(_server.Endpoint);
        RecordingListener heard = BusUnderTest.Listen(node);
        await _server.RestartAsync(keepData: false);
        await heard.ListeningAsync();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_frozen_server_makes_the_listener_deaf_until_it_goes_on(bool ownMultiplexer)
    {
        await using ConnectionMultiplexer? multiplexer = ownMultiplexer ? await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port}") : null;
        await using ICacheNode node = BusUnderTest.Start(_server.Endpoint, multiplexer);
        RecordingListener heard = await BusUnderTest.ListeningAsync(node);
        _server.Suspend();
        try
        {
            await Poll.UntilAsync(() => !heard.IsListening, "the listener to be deaf");
        }
        finally
        {
            _server.Resume();
        }

        await Poll.UntilAsync(() => heard.IsListening, "the listener to be listening", TimeSpan.FromSeconds(20));
        await using ICacheNode other = BusUnderTest.Start(_server.Endpoint);
        await BusUnderTest.PublishAsync(other, 1);
        await Poll.UntilAsync(() => heard.Messages.Count == 1, "the message to be heard");
        Assert.That(heard.Breaches, Is.Empty);
    }

    [Test]
    public async Task Subscriptions_that_the_user_has_ended_are_made_again()
    {
        await using ConnectionMultiplexer multiplexer = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port}");
        await using ICacheNode node = BusUnderTest.Start(_server.Endpoint, multiplexer);
        RecordingListener heard = await BusUnderTest.ListeningAsync(node);
        await multiplexer.GetSubscriber().UnsubscribeAllAsync();
        await heard.ListeningAsync(2);
        await BusUnderTest.PublishAsync(node, 1);
        await Poll.UntilAsync(() => heard.Messages.Count == 1, "the message to be heard");
    }

    [Test]
    public async Task A_user_with_the_documented_permissions_can_listen_and_one_with_less_is_deaf()
    {
        // What docs/redis.md lists.
        string rules = $"reset on >pw ~{NodeUnderTest.Instance}* resetchannels -@all +@connection +info +get +getrange +subscribe +unsubscribe +publish &{NodeUnderTest.Instance}cr:*";
        await _server.ExecuteAsync(["ACL", "SETUSER", "app", .. rules.Split(' ')]);
        await _server.ExecuteAsync(["ACL", "SETUSER", "less", .. rules.Replace("+subscribe", "-subscribe", StringComparison.Ordinal).Split(' ')]);
        await using ICacheNode app = BusUnderTest.Start($"redis://app:pw@127.0.0.1:{_server.Port}");
        await using ICacheNode less = BusUnderTest.Start($"redis://less:pw@127.0.0.1:{_server.Port}");
        RecordingListener heard = BusUnderTest.Listen(app);
        RecordingListener deaf = BusUnderTest.Listen(less);
        await heard.ListeningAsync();
        await BusUnderTest.PublishAsync(less, 1);
        await Poll.UntilAsync(() => heard.Messages.Count == 1, "the message to be heard");
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => app.Bus!.PublishAsync("elsewhere", new byte[1], default)))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.AccessDenied));
        Assert.That(deaf.Listenings, Is.Zero);
    }
}
