using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>Each state of a real server that is not an outage has its kind and its way out, and no secret in it.</summary>
[TestFixture]
public sealed class FailureKindTests
{
    private const string Secret = "canary-pässwörd-4711";

    [Test]
    public async Task A_full_server_that_evicts_nothing_drops_the_write_and_still_removes()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { MaxMemory = "2mb", MaxMemoryPolicy = "noeviction" });
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.Cache.SetAsync("small", [1], new());
        for (int i = 0; i < 100; i++)
            await app.Cache.SetAsync($"big-{i}", new byte[50_000], new());
        await Poll.UntilAsync(() => Logged(app, "maxmemory-policy"), "the full server to be reported");

        await app.Cache.RemoveAsync("small");
        Assert.That(await app.Cache.GetAsync("small"), Is.Null);
        CacheBatchOutcome outcome = await app.Cache.SetManyAsync([new("x", new byte[50_000])], new());
        Assert.That(outcome.Unavailable, Is.EqualTo(["x"]));
    }

    [Test]
    public async Task A_replica_takes_no_writes()
    {
        await using RedisServer primary = await RedisServer.StartAsync();
        await using RedisServer replica = await RedisServer.StartAsync(new() { ReplicaOf = primary });
        await using CacheUnderTest app = Over(replica.Endpoint);
        await Poll.UntilAsync(
            async () =>
            {
                await app.Cache.SetAsync("a", [1], new());
                return Logged(app, "it is a read-only replica. Give the address of the primary");
            },
            "the replica to be reported");
        // What it has cannot be removed: it is not used.
        NodeException error = await ReadFailureAsync(app, until: NodeFailureKind.ReadOnly);
        Assert.That(error.Message, Does.Contain("Give the address of the primary"));
        Assert.That(await replica.ExecuteAsync("DBSIZE"), Is.EqualTo("0"));
    }

    [TestCase("redis://:wrong@127.0.0.1", TestName = "Wrong password")]
    [TestCase("redis://127.0.0.1", TestName = "No password")]
    public async Task Wrong_credentials_are_named_as_such(string endpoint)
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { Password = Secret });
        await using CacheUnderTest app = Over($"{endpoint}:{server.Port}");

        // Between two attempts to connect there is a moment in which all that is known is that there is no connection.
        NodeException error = await ReadFailureAsync(app, until: NodeFailureKind.AccessDenied);
        Assert.That(error.Message, Does.Contain("Check user and password"));
    }

    [Test]
    public async Task The_right_password_works_escaped_in_the_endpoint()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { Password = "p@ss/w:rd#%" });
        await using CacheUnderTest app = Over($"redis://:{Uri.EscapeDataString("p@ss/w:rd#%")}@127.0.0.1:{server.Port}");
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    [Test]
    public async Task A_user_with_the_documented_permissions_can_do_all_and_one_with_less_is_told()
    {
        await using RedisServer server = await RedisServer.StartAsync(new()
        {
            AclUsers = new Dictionary<string, string>
            {
                // What docs/redis.md lists.
                ["app"] = "on >pw ~app:* resetchannels -@all +@connection +info +get +getrange +set +setex +psetex +del +unlink +expire +pexpire +pttl +mget +eval +evalsha +script|load",
                ["reader"] = "on >pw ~app:* resetchannels -@all +@connection +info +mget",
            },
        });
        await using CacheUnderTest app = Over($"redis://app:pw@127.0.0.1:{server.Port}", "app:");
        await app.Cache.SetAsync("a", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        await app.Cache.SetManyAsync([new("b", [2])], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(61_001) });
        await app.Cache.RefreshAsync("a");
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        Assert.That(await app.Cache.GetManyAsync(["a", "b"]), Has.Count.EqualTo(2));
        await app.Cache.RemoveAsync("a");
        await app.Cache.RemoveManyAsync(["b"]);
        Assert.That(await app.Cache.GetManyAsync(["a", "b"]), Is.Empty);
        Assert.That(app.Log.GetSnapshot().Where(static record => record.Level > Microsoft.Extensions.Logging.LogLevel.Information), Is.Empty);

        await using CacheUnderTest reader = Over($"redis://reader:pw@127.0.0.1:{server.Port}", "app:");
        Assert.That((await ReadFailureAsync(reader)).Kind, Is.EqualTo(NodeFailureKind.AccessDenied));

        await using CacheUnderTest elsewhere = Over($"redis://app:pw@127.0.0.1:{server.Port}", "other:");
        Assert.That((await ReadFailureAsync(elsewhere)).Kind, Is.EqualTo(NodeFailureKind.AccessDenied), "keys outside the prefix");
    }

    // The driver also tries to connect to what such a server calls itself.
    [Test]
    [Repeat(5)]
    public async Task A_member_of_a_Redis_Cluster_is_refused_with_the_way_out()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ClusterEnabled = true });
        await using CacheUnderTest app = Over(server.Endpoint);
        NodeException error = await ReadFailureAsync(app);
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ClusterNode));
        Assert.That(error.Message, Does.Contain("cluster-enabled no"));
    }

    [Test]
    public async Task A_slot_that_another_member_of_the_cluster_serves_is_not_followed()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ClusterEnabled = true });

        // This server owns half of the slots; the rest it knows nothing of.
        await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
        await server.ExecuteAsync("CONFIG", "SET", "cluster-require-full-coverage", "no");
        await using CacheUnderTest app = Over(server.Endpoint);

        // While it connects it may be unreachable first.
        Assert.That((await ReadFailureAsync(app, keys: 50, until: NodeFailureKind.ClusterNode)).Kind, Is.EqualTo(NodeFailureKind.ClusterNode));
    }

    [Test]
    public async Task A_server_busy_with_a_script_is_busy()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.ExecuteAsync("CONFIG", "SET", "busy-reply-threshold", "1");
        await using CacheUnderTest app = Over(server.Endpoint);
        await Poll.UntilAsync(
            async () =>
            {
                await app.Cache.SetAsync("a", [1], new());
                return await app.Cache.GetAsync("a") is not null;
            },
            "the cache to be connected");

        Task<string> script = server.ExecuteAsync("EVAL", "while true do end", "0");
        Assert.That((await ReadFailureAsync(app, until: NodeFailureKind.Busy)).Message, Does.Contain("loads its data or runs a long script"));
        await server.ExecuteAsync("SCRIPT", "KILL");
        Assert.That(async () => await script, Throws.InstanceOf<RedisErrorException>());
    }

    [Test]
    public async Task A_server_that_loads_its_data_is_busy()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--key-load-delay", "0", "--rdbcompression", "no", "--loading-process-events-interval-bytes", "1024"] });
        for (int i = 0; i < 200; i++)
            await server.ExecuteAsync("SET", $"filler-{i}", new string('x', 2000));
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.Cache.SetAsync("a", [1], new());

        // 200 keys at 20 ms each: four seconds of loading, in this process, with the connections open. It answers after each
        // kibibyte that it has read; compressed, that would be many keys, and a server that is silent meanwhile.
        await server.ExecuteAsync("CONFIG", "SET", "key-load-delay", "20000");
        Task<string> reload = server.ExecuteAsync("DEBUG", "RELOAD");
        Assert.That((await ReadFailureAsync(app, until: NodeFailureKind.Busy)).Kind, Is.EqualTo(NodeFailureKind.Busy));
        await server.ExecuteAsync("CONFIG", "SET", "key-load-delay", "0");
        await reload;
    }

    [Test]
    public async Task A_key_of_another_program_reads_as_a_miss_and_can_be_overwritten()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.ExecuteAsync("HSET", "hash", "data", "x");
        await server.ExecuteAsync("SET", "text", "plain text of another program, longer than a header");
        await server.ExecuteAsync("SET", "short", "x");
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint]);

        foreach (string key in (string[])["hash", "text", "short"])
        {
            Assert.That(await app.Cache.GetAsync(key), Is.Null, key);
            Assert.That(await app.Cache.GetManyAsync([key]), Is.Empty, key);
            await app.Cache.RefreshAsync(key);
            await app.Cache.SetAsync(key, [1], new());
            Assert.That(await app.Cache.GetAsync(key), Is.EqualTo([1]), key);
        }

        Assert.That(Logged(app, "no entry of it"), Is.True);
        Assert.That(Logged(app, "choose an InstanceName of your own"), Is.True);
    }

    private static CacheUnderTest Over(string endpoint, string instanceName = "") => CacheUnderTest.Over([endpoint], options =>
    {
        options.InstanceName = instanceName;
        options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
    });

    private static bool Logged(CacheUnderTest app, string text) =>
        app.Log.GetSnapshot().Any(record => record.Message.Contains(text, StringComparison.Ordinal));

    private static async Task<NodeException> ReadFailureAsync(CacheUnderTest app, int keys = 1, NodeFailureKind? until = null)
    {
        NodeException? failure = null;
        await Poll.UntilAsync(
            async () =>
            {
                for (int i = 0; i < keys; i++)
                {
                    try
                    {
                        await app.Cache.GetAsync($"a{i}");
                    }
                    catch (NodeException error) when (until is null || error.Kind == until)
                    {
                        failure = error;
                        return true;
                    }
                    catch (NodeException)
                    {
                        return false;
                    }
                }

                return false;
            },
            "a read to fail");
        return failure!;
    }
}
