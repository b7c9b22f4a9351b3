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
        Assert.That(error.Message, Does.Contain("must be memcached 1.6.10 or later"));
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

    [TestCase("1.6.9")]
    [TestCase("1.5.22")]
    [TestCase("1.4.39-p1")]
    public async Task A_server_that_is_too_old_is_refused_by_its_version_and_sent_nothing_that_it_could_misread(string version)
    {
        await using SurprisingServer server = new(SurprisingServer.Entry, version);
        NodeException error = await FailureAsync(server.Endpoint);
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ServerError));
        Assert.That(error.Message, Does.Contain($"is memcached {version.Split('-')[0]}, which is too old: CacheRing needs 1.6.10 or later"));
        Assert.That(server.Heard.Select(static line => line.TrimEnd()), Has.All.EqualTo("version"));
    }

    [Test]
    public async Task A_server_that_wants_a_login_and_ends_the_connection_at_all_but_the_version_refuses_our_credentials()
    {
        await using SurprisingServer server = new(static (_, _) => "", SurprisingServer.Unauthenticated);
        NodeException error = await FailureAsync(server.Endpoint);
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.AccessDenied));
        Assert.That(error.Message, Does.Contain("-Y file"));
    }

    [TestCase("1.6.10")]
    [TestCase("1.6.45")]
    [TestCase("1.7.0-beta1")]
    [TestCase("2.0.1")]
    [TestCase("of a fork, whose numbers mean nothing")]
    public async Task Any_other_version_is_used_if_it_knows_the_meta_protocol(string version)
    {
        await using SurprisingServer server = new(static (key, mark) => $"VA {key.Length} c1 O{mark}\r\n{key}\r\n", version);
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options =>
        {
            options.EntryFormat = EntryFormat.Raw;
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });
        Assert.That(await app.Cache.GetAsync("k1"), Is.EqualTo("k1"u8.ToArray()));
    }

    [Test]
    public async Task A_server_without_TLS_is_named_as_such_where_TLS_was_asked_for()
    {
        // It waits for a line's end, which the handshake may or may not have in it.
        await using MemcachedServer plain = await MemcachedServer.StartAsync();
        NodeException error = await FailureAsync($"memcacheds://127.0.0.1:{plain.Port}");
        Assert.That(error.Kind, Is.AnyOf(NodeFailureKind.Unreachable, NodeFailureKind.Timeout));
        Assert.That(error.Message, Does.Contain("TLS handshake").And.Contain("write memcached:// instead of memcacheds://").And.Contain("(-Z)"));
    }

    [Test]
    public async Task A_server_that_answers_a_handshake_with_text_speaks_no_TLS()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Task answering = AnswerEachAsync(listener, "ERROR\r\n"u8.ToArray());
        NodeException error = await FailureAsync($"memcacheds://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        await answering;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("did not answer the TLS handshake as a server that speaks TLS does").And.Contain("write memcached://"));
    }

    [Test]
    public async Task A_server_that_speaks_TLS_is_told_from_one_that_is_down()
    {
        using TestCertificates certificates = new();
        await using MemcachedServer encrypted = await MemcachedServer.StartAsync(new() { Tls = certificates.Server });
        NodeException error = await FailureAsync($"memcached://127.0.0.1:{encrypted.Port}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("closed the connection at the first command").And.Contain("If it speaks TLS, write memcacheds://"));
    }

    [Test]
    public async Task A_server_of_the_binary_protocol_is_named_as_such()
    {
        await using MemcachedServer binary = await MemcachedServer.StartAsync(new() { Binary = true });
        NodeException error = await FailureAsync($"memcached://127.0.0.1:{binary.Port}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("If it was started with -B binary, start it without"));
    }

    [Test]
    public async Task Twemproxy_is_named_as_unsupported_with_the_way_out()
    {
        if (!Twemproxy.IsInstalled && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Ignore("twemproxy is not installed (Debian and Ubuntu: apt-get install nutcracker).");
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        await using Twemproxy proxy = await Twemproxy.StartAsync(new() { Servers = [$"127.0.0.1:{server.Port}:1"], Redis = false });
        NodeException error = await FailureAsync($"memcached://127.0.0.1:{proxy.Port}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ServerError));
        Assert.That(error.Message, Does.Contain("twemproxy (nutcracker), which is not supported").And.Contain("Make each memcached server behind it a node of its own"));
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

    private static async Task AnswerEachAsync(TcpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                await stream.ReadExactlyAsync(new byte[1]);
                await stream.WriteAsync(answer);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // The test has ended, or the client has.
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
