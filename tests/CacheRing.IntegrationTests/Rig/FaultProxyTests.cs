using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CacheRing.Testing;
using NUnit.Framework.Constraints;

namespace CacheRing.IntegrationTests.RigTests;

public class FaultProxyTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private EchoServer _server = null!;
    private FaultProxy _proxy = null!;
    private List<Socket> _clients = null!;

    [SetUp]
    public void Start()
    {
        _server = EchoServer.Start();
        _proxy = FaultProxy.Start("127.0.0.1", _server.Port);
        _clients = [];
    }

    [TearDown]
    public async Task Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Without_a_fault_bytes_pass_unchanged_at_full_speed()
    {
        var client = await ConnectAsync();
        var sent = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);

        var sending = SendAllAsync(client, sent);
        var received = await ReceiveAsync(client, sent.Length);
        await sending;

        Assert.That(received.AsSpan().SequenceEqual(sent));
        Assert.That(_proxy.BytesToServer, Is.EqualTo(sent.Length));
        Assert.That(_proxy.ConnectionCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_client_that_closes_is_forgotten()
    {
        var client = await ConnectAsync();
        await EchoAsync(client);

        client.Dispose();

        await ProxyHasAsync(0);
    }

    [Test]
    public async Task A_client_that_has_said_all_still_hears_the_answer()
    {
        var client = await ConnectAsync();
        await client.SendAsync(Hello);
        client.Shutdown(SocketShutdown.Send);

        var answer = new byte[64];
        var count = await ReceiveSomeAsync(client, answer);

        Assert.That(answer[..count], Is.EqualTo(Hello));
        Assert.That(await ReceiveSomeAsync(client, answer), Is.Zero);
    }

    [Test]
    public async Task A_cut_resets_connections_and_refuses_new_ones_until_it_is_healed()
    {
        var client = await ConnectAsync();
        await EchoAsync(client);

        _proxy.Cut();

        AssertReset(client);
        Assert.That(ConnectAsync, ThrowsSocketError(SocketError.ConnectionRefused));
        await ProxyHasAsync(0);

        _proxy.Heal();
        await EchoAsync(await ConnectAsync());
    }

    [Test]
    public async Task A_black_hole_swallows_all_and_keeps_connections_open()
    {
        var before = await ConnectAsync();
        await EchoAsync(before);
        _proxy.BlackHole();
        var since = await ConnectAsync();

        await before.SendAsync(Hello);
        await since.SendAsync(Hello);

        await AssertSilentAsync(before);
        await AssertSilentAsync(since);
        Assert.That(_server.Received, Is.EqualTo(Hello.Length));
        await ProxyHasAsync(2);
    }

    [Test]
    public async Task A_black_hole_hides_the_death_of_the_server()
    {
        var client = await ConnectAsync();
        await EchoAsync(client);
        _proxy.BlackHole();

        await _server.DisposeAsync();

        await AssertSilentAsync(client);
        await AssertSilentAsync(await ConnectAsync());
    }

    [Test]
    public async Task A_healed_black_hole_resets_its_connections_and_serves_new_ones()
    {
        var before = await ConnectAsync();
        await EchoAsync(before);
        _proxy.BlackHole();
        var since = await ConnectAsync();
        await ProxyHasAsync(2);

        _proxy.Heal();

        AssertReset(before);
        AssertReset(since);
        await EchoAsync(await ConnectAsync());
    }

    [Test]
    public async Task A_client_may_close_a_connection_into_a_black_hole()
    {
        _proxy.BlackHole();
        var client = await ConnectAsync();
        await client.SendAsync(Hello);
        await ProxyHasAsync(1);

        client.Dispose();

        await ProxyHasAsync(0);
    }

    [Test]
    public async Task With_replies_dropped_the_server_does_what_the_client_hears_nothing_of()
    {
        var client = await ConnectAsync();
        _proxy.DropReplies();

        await client.SendAsync(Hello);

        await Poll.UntilAsync(() => _server.Received == Hello.Length, "the request to reach the server");
        await AssertSilentAsync(client);
    }

    [Test]
    public async Task With_replies_dropped_the_last_request_of_a_client_that_leaves_still_reaches_the_server()
    {
        var client = await ConnectAsync();
        _proxy.DropReplies();
        await client.SendAsync(Hello);
        await AssertSilentAsync(client);

        await client.SendAsync(Hello);
        client.Dispose();

        await Poll.UntilAsync(() => _server.Received == 2 * Hello.Length, "both requests to reach the server");
        await ProxyHasAsync(0);
    }

    [Test]
    public async Task A_connection_that_lost_replies_is_reset_by_healing_and_one_that_lost_none_lives_on()
    {
        var loser = await ConnectAsync();
        var idler = await ConnectAsync();
        await EchoAsync(idler);
        _proxy.DropReplies();
        await loser.SendAsync(Hello);
        await Poll.UntilAsync(() => _server.Received == 2 * Hello.Length, "the request to reach the server");
        await AssertSilentAsync(loser);

        _proxy.Heal();

        AssertReset(loser);
        await EchoAsync(idler);
    }

    [Test]
    public async Task A_trickle_passes_everything_on_in_small_pieces()
    {
        var client = await ConnectAsync();
        _proxy.Trickle(10, TimeSpan.FromMilliseconds(20));
        var sent = RandomNumberGenerator.GetBytes(100);
        var started = Stopwatch.GetTimestamp();

        await client.SendAsync(sent);

        Assert.That(await ReceiveAsync(client, sent.Length), Is.EqualTo(sent));
        Assert.That(Stopwatch.GetElapsedTime(started), Is.GreaterThan(TimeSpan.FromMilliseconds(150)));
    }

    [Test]
    public async Task A_delay_counts_each_way_and_is_latency_not_a_limit()
    {
        var client = await ConnectAsync();
        await EchoAsync(client);
        _proxy.Delay = TimeSpan.FromMilliseconds(100);
        var started = Stopwatch.GetTimestamp();

        // Ten requests that do not wait for each other take as long as one.
        for (var i = 0; i < 10; i++)
        {
            await client.SendAsync(Hello);
            await Task.Delay(5);
        }

        await ReceiveAsync(client, 10 * Hello.Length);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.InRange(TimeSpan.FromMilliseconds(195), TimeSpan.FromMilliseconds(1000)));
    }

    [Test]
    public async Task Healing_ends_a_delay_for_what_is_on_its_way_too()
    {
        var client = await ConnectAsync();
        await EchoAsync(client);
        _proxy.Delay = TimeSpan.FromMinutes(10);
        await client.SendAsync(Hello);

        _proxy.Heal();

        Assert.That(await ReceiveAsync(client, Hello.Length), Is.EqualTo(Hello));
        Assert.That(_proxy.Delay, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task A_connection_to_a_dead_server_is_reset()
    {
        await _server.DisposeAsync();
        var client = await ConnectAsync();

        AssertReset(client);
    }

    [Test]
    public async Task Many_connections_survive_faults_that_come_and_go()
    {
        for (var i = 0; i < 20; i++)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConnectAsync()));
            await Task.WhenAll(clients.Select(EchoAsync));
            Action[] faults = [_proxy.Cut, _proxy.BlackHole, _proxy.DropReplies, () => _proxy.Trickle(1, TimeSpan.FromSeconds(1))];
            faults[i % faults.Length]();
            faults[i / faults.Length % faults.Length]();
            _proxy.Heal();
            Array.ForEach(clients, client => client.Dispose());
        }

        await EchoAsync(await ConnectAsync());
        await ProxyHasAsync(1);
    }

    // The system answers a connecting client before the proxy has taken the connection.
    private Task ProxyHasAsync(int connections) =>
        Poll.UntilAsync(() => _proxy.ConnectionCount == connections, $"the proxy to have {connections} connections");

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_clients)
        {
            _clients.Add(client);
        }

        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return client;
    }

    private static async Task EchoAsync(Socket client)
    {
        await client.SendAsync(Hello);
        Assert.That(await ReceiveAsync(client, Hello.Length), Is.EqualTo(Hello));
    }

    private static async Task SendAllAsync(Socket client, byte[] bytes)
    {
        await using var stream = new NetworkStream(client, ownsSocket: false);
        await stream.WriteAsync(bytes);
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int count)
    {
        await using var stream = new NetworkStream(client, ownsSocket: false);
        var bytes = new byte[count];
        using var deadline = new CancellationTokenSource(Poll.DefaultDeadline);
        await stream.ReadExactlyAsync(bytes, deadline.Token);
        return bytes;
    }

    private static async Task<int> ReceiveSomeAsync(Socket client, byte[] buffer)
    {
        using var deadline = new CancellationTokenSource(Poll.DefaultDeadline);
        return await client.ReceiveAsync(buffer, deadline.Token);
    }

    private static void AssertReset(Socket client) =>
        Assert.That(() => ReceiveSomeAsync(client, new byte[1]), ThrowsSocketError(SocketError.ConnectionReset));

    private static async Task AssertSilentAsync(Socket client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        try
        {
            var count = await client.ReceiveAsync(new byte[1], patience.Token);
            Assert.Fail($"{count} bytes came");
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static EqualConstraint<SocketError> ThrowsSocketError(SocketError error) =>
        Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(error);
}
