using System.Net;
using System.Net.Sockets;
using CacheRing.Samples.EmbeddedRedis;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The server inside the process does what a cache asks of a Redis server.</summary>
public class EmbeddedRedisServerTests
{
    private EmbeddedRedisServer _server = null!;

    [SetUp]
    public void Start_a_server() => _server = EmbeddedRedisServer.Start();

    [TearDown]
    public async Task Dispose_of_it() => await _server.DisposeAsync();

    [Test]
    public async Task It_keeps_and_forgets_values()
    {
        await using ConnectionMultiplexer connection = await ConnectAsync();
        IDatabase redis = connection.GetDatabase();

        Assert.That(await redis.StringSetAsync("a", "hello", TimeSpan.FromSeconds(100)), Is.True);
        Assert.That((string?)await redis.StringGetAsync("a"), Is.EqualTo("hello"));
        Assert.That((string?)await redis.StringGetRangeAsync("a", 1, 3), Is.EqualTo("ell"));
        Assert.That(
            (await redis.StringGetAsync(["a", "nothing"])).Select(static value => (string?)value),
            Is.EqualTo(new[] { "hello", null }));
        Assert.That(await redis.KeyDeleteAsync("a"), Is.True);
        Assert.That(await redis.KeyDeleteAsync("a"), Is.False);
        Assert.That((await redis.StringGetAsync("a")).IsNull, Is.True);
    }

    [Test]
    public async Task It_expires_values_to_the_millisecond()
    {
        await using ConnectionMultiplexer connection = await ConnectAsync();
        IDatabase redis = connection.GetDatabase();
        await redis.StringSetAsync("a", "1");

        Assert.That((long)await redis.ExecuteAsync("PEXPIRE", "a", 99_500), Is.EqualTo(1));

        Assert.That((long)await redis.ExecuteAsync("PTTL", "a"), Is.InRange(90_000, 99_500));
    }

    [Test]
    public async Task It_runs_Lua()
    {
        await using ConnectionMultiplexer connection = await ConnectAsync();

        RedisResult result = await connection.GetDatabase().ScriptEvaluateAsync(
            "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])", ["a"], ["1"]);

        Assert.That((string?)result, Is.EqualTo("1"));
    }

    [Test]
    public async Task Started_again_it_is_empty_and_on_the_same_port()
    {
        string endpoint = _server.Endpoint;
        await using (ConnectionMultiplexer connection = await ConnectAsync())
        {
            await connection.GetDatabase().StringSetAsync("a", "1");
            await _server.StopAsync();
        }

        Assert.That(_server.IsRunning, Is.False);
        Assert.That(
            async () =>
            {
                using TcpClient client = new();
                await client.ConnectAsync(IPAddress.Loopback, _server.Port);
            },
            Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));
        await _server.RestartAsync();

        Assert.That((_server.IsRunning, _server.Endpoint), Is.EqualTo((true, endpoint)));
        await using ConnectionMultiplexer again = await ConnectAsync();
        Assert.That((await again.GetDatabase().StringGetAsync("a")).IsNull, Is.True);
    }

    [Test]
    public async Task A_stop_cuts_open_connections()
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("PING\r\n"u8.ToArray());
        byte[] answer = new byte["+PONG\r\n".Length];
        await stream.ReadExactlyAsync(answer);

        await _server.StopAsync();

        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        Assert.That(await IsCutAsync(stream, deadline.Token), Is.True);
    }

    [Test]
    public async Task Starting_one_that_runs_leaves_it_alone()
    {
        await using ConnectionMultiplexer connection = await ConnectAsync();
        await connection.GetDatabase().StringSetAsync("a", "1");

        await _server.StartAgainAsync();

        Assert.That((string?)await connection.GetDatabase().StringGetAsync("a"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Starts_and_stops_that_come_together_take_turns()
    {
        await Task.WhenAll(
            _server.StopAsync(),
            _server.StartAgainAsync(),
            _server.StartAgainAsync(),
            _server.RestartAsync(),
            _server.StopAsync(),
            _server.StopAsync());
        await _server.StartAgainAsync();

        await using ConnectionMultiplexer connection = await ConnectAsync();
        Assert.That(await connection.GetDatabase().KeyExistsAsync("a"), Is.False);
    }

    [Test]
    public void A_port_that_is_taken_is_refused() =>
        Assert.That(
            () => EmbeddedRedisServer.Start(_server.Port),
            Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.AddressAlreadyInUse));

    [Test]
    public async Task Several_servers_know_nothing_of_each_other()
    {
        await using EmbeddedRedisServers servers = EmbeddedRedisServers.Start(3);

        Assert.That(servers.Select(static server => server.Port), Is.Unique);
        await using ConnectionMultiplexer first = await ConnectAsync(servers[0]);
        await using ConnectionMultiplexer last = await ConnectAsync(servers[2]);
        await first.GetDatabase().StringSetAsync("a", "1");
        Assert.That(await last.GetDatabase().KeyExistsAsync("a"), Is.False);
    }

    private static async Task<bool> IsCutAsync(NetworkStream stream, CancellationToken token)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectAsync(_server);

    private static Task<ConnectionMultiplexer> ConnectAsync(EmbeddedRedisServer server) =>
        ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port},connectRetry=1");
}
