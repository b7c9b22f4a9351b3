using System.Net.Sockets;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>What is at the address is not what the options say, or has no room for us: the error tells, and nothing leaks.</summary>
[TestFixture]
public sealed class WrongServerTests
{
    private const string Password = "canary-password-4711";

    [Test]
    public async Task A_Redis_server_is_told_from_a_Memcached_server()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        NodeException error = await FailureAsync($"memcached://{server.Host}:{server.Port}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ServerError));
        Assert.That(error.Message, Does.Contain("must be memcached 1.6 or later"));
    }

    [Test]
    public async Task What_a_stranger_says_is_not_repeated()
    {
        // It may be a key or a piece of somebody's value.
        await using SurprisingServer server = new(static (key, _) => $"{key} canary-value\r\n");
        await using CacheUnderTest app = Over(server.Endpoint);
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => app.Cache.GetAsync("canary-key")))!;
        Assert.That(error.Message, Does.Contain("does not keep to the protocol"));
        Assert.That(error.ToString(), Does.Not.Contain("canary"));
    }

    [Test]
    public async Task No_connection_falls_back_to_plain_text_and_none_to_a_server_that_speaks_TLS()
    {
        using TestCertificates certificates = new();
        await using MemcachedServer plain = await MemcachedServer.StartAsync();
        await using MemcachedServer encrypted = await MemcachedServer.StartAsync(new() { Tls = certificates.Server });
        Assert.That((await FailureAsync($"memcacheds://127.0.0.1:{plain.Port}")).Kind, Is.AnyOf(NodeFailureKind.Unreachable, NodeFailureKind.Timeout));
        Assert.That((await FailureAsync($"memcached://127.0.0.1:{encrypted.Port}")).Kind, Is.AnyOf(NodeFailureKind.Unreachable, NodeFailureKind.Timeout));
    }

    [Test]
    public async Task Credentials_are_not_left_on_a_server_that_asks_for_none()
    {
        await using MemcachedServer open = await MemcachedServer.StartAsync();
        await using CacheUnderTest app = Over($"memcached://shop:{Password}@127.0.0.1:{open.Port}");
        try
        {
            await app.Cache.GetAsync("a");
        }
        catch (NodeException)
        {
            // Refusing to talk to it would be right, too.
        }

        // Looking for it also makes the server count off what has expired.
        Assert.That(await open.ExecuteAsync("mg login v"), Is.EqualTo("EN\r\n"));
        string counted = await open.ExecuteAsync("stats");
        string record = await open.ExecuteAsync("mg cr:gen v");
        int others = record.StartsWith("VA", StringComparison.Ordinal) ? 1 : 0;
        Assert.That(counted.Contains($"STAT curr_items {others}\r\n", StringComparison.Ordinal), Is.True, "under no key at all");
    }

    [Test]
    public async Task A_server_without_a_connection_left_is_named_as_such_and_used_when_it_has_one()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { ExtraArguments = ["-c", "20"] });
        List<TcpClient> others = [];
        try
        {
            while (others.Count < 100 && await IsAnsweredAsync(server, others))
            {
            }

            await using CacheUnderTest app = Over(server.Endpoint);
            NodeException error = await FailureAsync(app);
            Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
            Assert.That(error.Message, Does.Contain("(-c)"));

            others.ForEach(static other => other.Dispose());
            await Poll.UntilAsync(() => WorksAsync(app), "a connection that is free to be used");
        }
        finally
        {
            others.ForEach(static other => other.Dispose());
        }
    }

    private static async Task<bool> IsAnsweredAsync(MemcachedServer server, List<TcpClient> others)
    {
        TcpClient client = new();
        others.Add(client);
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync("mn\r\n"u8.ToArray());
        byte[] answer = new byte[100];
        return await client.GetStream().ReadAsync(answer) > 0 && answer.AsSpan().StartsWith("MN"u8);
    }

    private static CacheUnderTest Over(string endpoint) =>
        CacheUnderTest.Over([endpoint], static options => options.Failover.OnReadFailure = ReadFailureBehavior.Throw);

    private static async Task<NodeException> FailureAsync(string endpoint)
    {
        await using CacheUnderTest app = Over(endpoint);
        return await FailureAsync(app);
    }

    private static async Task<NodeException> FailureAsync(CacheUnderTest app) =>
        (await Assert.ThrowsAsync<NodeException>(() => app.Cache.GetAsync("a")))!;

    private static async Task<bool> WorksAsync(CacheUnderTest app)
    {
        try
        {
            await app.Cache.SetAsync("a", [1], new());
            return await app.Cache.GetAsync("a") is [1];
        }
        catch (NodeException)
        {
            return false;
        }
    }
}
