using System.Collections.Concurrent;
using CacheRing.IntegrationTests.Contract;
using CacheRing.Nodes;
using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>No message is lost of which the listener is not told, however often the connection is.</summary>
[TestFixture]
internal sealed class BusProofTests
{
    private const int Cuts = 20;

    private RedisServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RedisServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task A_message_that_another_client_sends_as_soon_as_the_listener_is_told_is_heard()
    {
        await using ICacheNode other = NodeUnderTest.Start(_server.Endpoint);
        await other.GetHeadAsync("connected", 1, default);

        // The listener's SUBSCRIBE takes longer to the server than the other's message.
        await using FaultProxy slow = FaultProxy.Start("127.0.0.1", _server.Port);
        slow.Delay = TimeSpan.FromMilliseconds(20);
        await using ICacheNode node = NodeUnderTest.Start($"redis://127.0.0.1:{slow.Port}");
        ConcurrentQueue<Task> sent = [];
        RecordingListener heard = BusUnderTest.Listen(node, listener => sent.Enqueue(BusUnderTest.PublishAsync(other, listener.Listenings)));
        for (int cut = 0; cut <= Cuts; cut++)
        {
            await heard.ListeningAsync(cut + 1);
            await Poll.UntilAsync(() => heard.Spans[cut].Count == 1, $"message {cut + 1} to be heard");
            if (cut < Cuts)
                await _server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        }

        await Task.WhenAll(sent);
        Assert.That(heard.Numbers, Is.EqualTo(Enumerable.Range(1, Cuts + 1)));
        Assert.That(heard.Breaches, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task While_the_listener_is_not_deaf_no_message_is_missing(bool ownMultiplexer)
    {
        await using ConnectionMultiplexer? multiplexer = ownMultiplexer ? await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port}") : null;
        await using ICacheNode node = BusUnderTest.Start(_server.Endpoint, multiplexer);
        await using ICacheNode other = BusUnderTest.Start(_server.Endpoint);
        RecordingListener heard = await BusUnderTest.ListeningAsync(node);
        using CancellationTokenSource enough = new();
        Task sender = SendAsync(other, enough.Token);
        for (int cut = 1; cut <= Cuts; cut++)
        {
            int before = heard.Listenings;
            await _server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await heard.ListeningAsync(before + 1);
            int messages = heard.Messages.Count;
            await Poll.UntilAsync(() => heard.Messages.Count > messages, "messages to be heard");
        }

        await enough.CancelAsync();
        await sender;
        foreach (List<byte[]> span in heard.Spans.Where(static span => span.Count > 0))
        {
            List<int> numbers = span.ConvertAll(RecordingListener.NumberIn);
            Assert.That(numbers, Is.EqualTo(Enumerable.Range(numbers[0], numbers.Count)));
        }

        Assert.That(heard.Breaches, Is.Empty);
        Assert.That(heard.Deafs, Is.LessThan(3 * Cuts), "not deaf without a reason");
    }

    private static async Task SendAsync(ICacheNode node, CancellationToken token)
    {
        for (int number = 0; !token.IsCancellationRequested; number++)
            await BusUnderTest.PublishAsync(node, number);
    }
}
