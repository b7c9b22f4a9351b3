using CacheRing.Nodes;
using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>What every server that carries messages does with them.</summary>
internal abstract class BusContractTests(Func<Task<IBackend>> start)
{
    protected IBackend Backend { get; private set; } = null!;

    protected ICacheNode One { get; private set; } = null!;

    protected ICacheNode Two { get; private set; } = null!;

    private string Endpoint => Backend.Endpoints[0];

    [OneTimeSetUp]
    public async Task StartAsync() => Backend = await start();

    [OneTimeTearDown]
    public async Task StopAsync() => await Backend.DisposeAsync();

    [SetUp]
    public void StartNodes()
    {
        One = NodeUnderTest.Start(Endpoint);
        Two = NodeUnderTest.Start(Endpoint);
    }

    [TearDown]
    public async Task StopNodesAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }

    [Test]
    public async Task Messages_are_heard_in_their_order_by_others_and_by_their_sender()
    {
        RecordingListener one = await BusUnderTest.ListeningAsync(One);
        RecordingListener two = await BusUnderTest.ListeningAsync(Two);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => BusUnderTest.PublishAsync(One, number)));
        await Poll.UntilAsync(() => one.Messages.Count == 500 && two.Messages.Count == 500, "500 messages to be heard");
        Assert.That(one.Numbers, Is.EqualTo(Enumerable.Range(0, 500)));
        Assert.That(two.Numbers, Is.EqualTo(Enumerable.Range(0, 500)));
        Assert.That((one.Listenings, two.Listenings), Is.EqualTo((1, 1)));
        Assert.That(one.Breaches.Concat(two.Breaches), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3000)]
    public async Task A_message_comes_as_it_was_given(int length)
    {
        byte[] message = new byte[length];
        new Random(length).NextBytes(message);
        RecordingListener heard = await BusUnderTest.ListeningAsync(Two);
        await One.Bus!.PublishAsync(BusUnderTest.Channel, message, default);
        await Poll.UntilAsync(() => heard.Messages.Count == 1, "the message to be heard");
        Assert.That(heard.Messages[0], Is.EqualTo(message));
    }

    [Test]
    public async Task A_message_comes_behind_the_commands_that_were_given_before_it()
    {
        RecordingListener heard = await BusUnderTest.ListeningAsync(Two);
        await One.GetHeadAsync("connected", 1, default);
        for (int number = 0; number < 200; number++)
        {
            Task write = One.TryAddAsync($"behind-{number}", new[] { (byte)1 }, TimeSpan.FromMinutes(1), default);
            Task message = BusUnderTest.PublishAsync(One, number);
            await Poll.UntilAsync(() => heard.Messages.Count == number + 1, "the message to be heard");
            Assert.That(await Two.GetHeadAsync($"behind-{number}", 1, default), Is.Not.Null);
            await Task.WhenAll(write, message);
        }
    }

    [Test]
    public async Task Another_instance_name_is_another_channel()
    {
        await using ICacheNode other = NodeUnderTest.Start(Endpoint, setUp: static options => options.InstanceName = "other:");
        RecordingListener theirs = await BusUnderTest.ListeningAsync(other);
        RecordingListener ours = await BusUnderTest.ListeningAsync(Two);
        await BusUnderTest.PublishAsync(One, 1);
        await BusUnderTest.PublishAsync(other, 2);
        await BusUnderTest.PublishAsync(One, 3);
        await BusUnderTest.PublishAsync(other, 4);
        await Poll.UntilAsync(() => ours.Messages.Count >= 2 && theirs.Messages.Count >= 2, "the messages to be heard");
        Assert.That((ours.Numbers, theirs.Numbers), Is.EqualTo((new[] { 1, 3 }, new[] { 2, 4 })));
    }

    [Test]
    public async Task A_multiplexer_of_the_users_own_carries_messages_and_lives_on()
    {
        await using ConnectionMultiplexer multiplexer = await ConnectionMultiplexer.ConnectAsync(Endpoint["redis://".Length..]);
        ICacheNode theirs = NodeUnderTest.Start(Endpoint, options =>
        {
            options.Endpoint = "";
            options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(multiplexer);
        });
        RecordingListener heard = await BusUnderTest.ListeningAsync(theirs);
        RecordingListener others = await BusUnderTest.ListeningAsync(Two);
        await BusUnderTest.PublishAsync(theirs, 1);
        await BusUnderTest.PublishAsync(One, 2);
        await Poll.UntilAsync(() => heard.Messages.Count == 2 && others.Messages.Count == 2, "the messages to be heard");
        await theirs.DisposeAsync();
        await Poll.UntilAsync(async () => await SubscribersAsync(multiplexer) == 1, "the subscription to be ended");
        Assert.That(multiplexer.IsConnected, Is.True);
    }

    [Test]
    public async Task A_cut_makes_the_listener_deaf_until_messages_come_again()
    {
        await using FaultProxy proxy = FaultProxy.Start("127.0.0.1", new Uri(Endpoint).Port);
        await using ICacheNode cut = BusUnderTest.Start($"redis://127.0.0.1:{proxy.Port}");
        RecordingListener heard = await BusUnderTest.ListeningAsync(cut);
        for (int time = 1; time <= 3; time++)
        {
            proxy.Cut();
            await Poll.UntilAsync(() => !heard.IsListening, "the listener to be deaf");
            await BusUnderTest.PublishAsync(One, 1);
            proxy.Heal();
            await heard.ListeningAsync(time + 1);
            await BusUnderTest.PublishAsync(One, 2);
            await Poll.UntilAsync(() => heard.Messages.Count == time, "the message to be heard");
        }

        Assert.That(heard.Numbers, Is.EqualTo(new[] { 2, 2, 2 }));
        Assert.That(heard.Breaches, Is.Empty);
    }

    [Test]
    public async Task Disposal_is_quiet_and_quick_while_it_listens_and_while_there_is_no_server()
    {
        RecordingListener heard = await BusUnderTest.ListeningAsync(Two);
        await Two.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.That((heard.Listenings, heard.Deafs, heard.Breaches.Count), Is.EqualTo((1, 0, 0)));

        ICacheNode nowhere = NodeUnderTest.Start($"redis://127.0.0.1:{FreePort.Next()}");
        RecordingListener deaf = new();
        nowhere.Bus!.Listen(BusUnderTest.Channel, deaf);
        await nowhere.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        Assert.That(deaf.Listenings, Is.Zero);
    }

    [Test]
    public async Task A_message_to_no_server_fails_as_every_call_does()
    {
        await using ICacheNode nowhere = NodeUnderTest.Start($"redis://127.0.0.1:{FreePort.Next()}");
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => BusUnderTest.PublishAsync(nowhere, 1)))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
    }

    private static async Task<long> SubscribersAsync(ConnectionMultiplexer multiplexer) =>
        (long)((RedisResult[])(await multiplexer.GetDatabase().ExecuteAsync("PUBSUB", "NUMSUB", NodeUnderTest.Instance + BusUnderTest.Channel))!)[1];
}
