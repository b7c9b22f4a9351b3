using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>The ways to say how a node is reached.</summary>
[TestFixture]
public sealed class ConnectionOptionTests
{
    private RedisServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RedisServer.StartAsync(new() { Password = "pw" });

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task An_endpoint_can_name_a_database()
    {
        await using CacheUnderTest app = CacheUnderTest.Over([$"redis://:pw@127.0.0.1:{_server.Port}/3"]);
        await app.Cache.SetAsync("in-three", [1], new());
        Assert.That(await _server.ExecuteAsync("EXISTS", "in-three"), Is.EqualTo("0"));
        await using CacheUnderTest other = CacheUnderTest.Over([$"redis://:pw@127.0.0.1:{_server.Port}"]);
        Assert.That(await other.Cache.GetAsync("in-three"), Is.Null);
        Assert.That(await app.Cache.GetAsync("in-three"), Is.EqualTo([1]));
    }

    [Test]
    public async Task A_whole_StackExchange_Redis_string_can_be_given_instead()
    {
        await using CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions
        {
            Name = "node-0",
            Configuration = $"127.0.0.1:{_server.Port},password=pw,defaultDatabase=2,name=my-app",
        }));
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        Assert.That(await _server.ExecuteAsync("CLIENT", "LIST"), Does.Contain("name=my-app"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_Unix_socket_can_be_given_as_a_configuration()
    {
        string socket = Path.Combine(Path.GetTempPath(), $"cr-{Guid.NewGuid():n}.sock");
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--unixsocket", socket] });
        await using CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions { Name = "node-0", Configuration = $"!{socket}" }));
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        Assert.That(await server.ExecuteAsync("EXISTS", "a"), Is.EqualTo("1"));
    }

    [Test]
    public async Task The_apps_own_multiplexer_can_be_given_and_stays_the_apps()
    {
        await using ConnectionMultiplexer own = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},password=pw");
        int calls = 0;
        await using (CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions
        {
            Name = "node-0",
            ConnectionMultiplexerFactory = () =>
            {
                // A vault that answers at the second try.
                return ++calls == 1 ? throw new InvalidOperationException("not yet") : Task.FromResult<IConnectionMultiplexer>(own);
            },
        })))
        {
            await Poll.UntilAsync(
                async () =>
                {
                    await app.Cache.SetAsync("own", [1], new());
                    return await app.Cache.GetAsync("own") is not null;
                },
                "the factory to be asked again");
        }

        Assert.That(calls, Is.EqualTo(2));
        Assert.That(own.IsConnected, Is.True, "it is not disposed with the cache");
        await own.GetDatabase().PingAsync();
    }

    [Test]
    public async Task The_apps_own_multiplexer_is_held_to_the_timeout_too()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using ConnectionMultiplexer own = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port},asyncTimeout=60000");
        await using CacheUnderTest app = Over(own);
        await app.Cache.SetAsync("a", [1], new());
        server.Suspend();
        Task<byte[]?> read = app.Cache.GetAsync("a");
        Assert.That(await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(20))), Is.SameAs(read));
        Assert.That(await read, Is.Null);

        // The multiplexer is the app's, and waits for what it is owed when it is disposed.
        server.Resume();
    }

    [Test]
    public async Task A_batch_on_the_apps_own_multiplexer_has_one_timeout_and_not_one_a_key()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using ConnectionMultiplexer own = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port},asyncTimeout=60000");
        await using CacheUnderTest app = Over(own);
        await app.Cache.SetAsync("a", [1], new());
        server.Suspend();

        // One a key would be 500 seconds.
        KeyValuePair<string, byte[]>[] entries = [.. Enumerable.Range(0, 2000).Select(static i => KeyValuePair.Create($"k{i}", new byte[] { 1 }))];
        Task<CacheBatchOutcome> write = app.Cache.SetManyAsync(entries, new()).AsTask();
        Assert.That(await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(60))), Is.SameAs(write));
        Assert.That((await write).Unavailable, Has.Count.EqualTo(entries.Length));
        server.Resume();
    }

    [Test]
    public async Task A_multiplexer_that_the_app_has_disposed_is_a_node_that_cannot_be_reached()
    {
        ConnectionMultiplexer own = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_server.Port},password=pw");
        await using CacheUnderTest app = Over(own);
        await app.Cache.SetAsync("a", [1], new());
        await own.DisposeAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
        await app.Cache.SetAsync("a", [1], new());
        await app.Cache.RemoveAsync("a");
        Assert.That((await app.Cache.SetManyAsync([new("a", [1])], new())).Unavailable, Is.EqualTo(["a"]));
    }

    [Test]
    public async Task A_factory_that_never_answers_is_waited_for_once()
    {
        TaskCompletionSource<IConnectionMultiplexer> never = new();
        await using CacheUnderTest app = new(options =>
        {
            options.Nodes.Add(new NodeOptions { Name = "node-0", ConnectionMultiplexerFactory = () => never.Task });
            options.Failover.ConnectTimeout = TimeSpan.FromMilliseconds(50);
        });
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
        Task<byte[]?> second = app.Cache.GetAsync("a");
        Assert.That(second.IsCompleted, Is.True, "the second call does not wait");
        Assert.That(await second, Is.Null);
    }

    [Test]
    public async Task A_factory_that_fails_leaves_a_node_that_cannot_be_reached()
    {
        await using CacheUnderTest app = new(options =>
        {
            options.Nodes.Add(new NodeOptions
            {
                Name = "node-0",
                ConnectionMultiplexerFactory = static () => throw new InvalidOperationException("the vault is sealed"),
            });
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });
        NodeException? error = await Assert.ThrowsAsync<NodeException>(() => app.Cache.GetAsync("a"));
        Assert.That(error!.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.ToString(), Does.Contain("the vault is sealed"), "the cause is in the inner exception");
    }

    [Test]
    public async Task A_cache_that_is_disposed_while_it_connects_leaves_no_connection()
    {
        FaultProxy proxy = FaultProxy.Start("127.0.0.1", _server.Port);
        await using (proxy)
        {
            proxy.DropReplies();
            CacheUnderTest app = new(options =>
            {
                options.Nodes.Add(new NodeOptions { Name = "node-0", Configuration = $"127.0.0.1:{proxy.Port},password=pw,connectTimeout=3000" });
                options.Failover.ConnectTimeout = TimeSpan.FromMilliseconds(20);
            });
            await Poll.UntilAsync(() => proxy.ConnectionCount > 0, "the cache to connect");
            await app.DisposeAsync();
            proxy.Heal();
            await Poll.UntilAsync(() => proxy.ConnectionCount == 0, "the connection to be closed", TimeSpan.FromSeconds(30));
        }
    }

    [Test]
    public async Task Disposing_the_cache_closes_its_connections()
    {
        CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions
        {
            Name = "node-0",
            Configuration = $"127.0.0.1:{_server.Port},password=pw,name=short-lived",
        }));
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await _server.ExecuteAsync("CLIENT", "LIST"), Does.Contain("name=short-lived"));
        await app.DisposeAsync();
        await Poll.UntilAsync(
            async () => !(await _server.ExecuteAsync("CLIENT", "LIST")).Contains("name=short-lived", StringComparison.Ordinal),
            "the connections to be closed");
    }

    [Test]
    public async Task A_node_holds_one_connection()
    {
        await using CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions
        {
            Name = "node-0",
            Configuration = $"127.0.0.1:{_server.Port},password=pw,name=counted",
        }));
        await app.Cache.SetAsync("a", [1], new());
        string clients = await _server.ExecuteAsync("CLIENT", "LIST");
        Assert.That(clients.Split('\n').Count(static line => line.Contains("name=counted", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Two_instance_names_on_the_same_servers_do_not_meet()
    {
        string endpoint = $"redis://:pw@127.0.0.1:{_server.Port}";
        await using CacheUnderTest one = CacheUnderTest.Over([endpoint], static options => options.InstanceName = "one:");
        await using CacheUnderTest two = CacheUnderTest.Over([endpoint], static options => options.InstanceName = "two:");
        await one.Cache.SetAsync("a", [1], new());
        Assert.That(await two.Cache.GetAsync("a"), Is.Null);
        Assert.That(await _server.ExecuteAsync("EXISTS", "one:a"), Is.EqualTo("1"));
    }

    [Test]
    public async Task The_raw_format_stores_the_bytes_as_given()
    {
        await using CacheUnderTest app = CacheUnderTest.Over(
            [$"redis://:pw@127.0.0.1:{_server.Port}"], static options => options.EntryFormat = EntryFormat.Raw);
        await app.Cache.SetAsync("raw", "as given"u8.ToArray(), new());
        Assert.That(await _server.ExecuteAsync("GET", "raw"), Is.EqualTo("as given"));
        await _server.ExecuteAsync("SET", "raw", "by another client");
        Assert.That(await app.Cache.GetAsync("raw"), Is.EqualTo("by another client"u8.ToArray()));
    }

    [Test]
    public async Task The_stored_form_is_the_header_and_the_value()
    {
        await using CacheUnderTest app = CacheUnderTest.Over([$"redis://:pw@127.0.0.1:{_server.Port}"]);
        await app.Cache.SetAsync("form", [0xAB, 0xCD], new());
        byte[]? stored = await _server.ExecuteBytesAsync("GET", "form");
        byte[]? record = await _server.ExecuteBytesAsync("GET", "cr:gen");
        string generation = Convert.ToHexString(record!)[2..18];
        Assert.That(Convert.ToHexString(stored!), Does.Match($"^56{generation}[0-9A-F]{{16}}00000000" + "01" + "00" + "ABCD$"), "the stamp is another each time");
    }

    private static CacheUnderTest Over(IConnectionMultiplexer own) => new(options => options.Nodes.Add(new NodeOptions
    {
        Name = "node-0",
        ConnectionMultiplexerFactory = () => Task.FromResult(own),
    }));
}
