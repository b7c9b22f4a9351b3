using CacheRing.IntegrationTests.Failover;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>What a server refuses is named as it is, with the way out, and without a key or a credential.</summary>
[TestFixture]
public sealed class FailureMessageTests
{
    private const string Secret = "canary 4711";

    private static readonly string[] Commands = ["info", "eval", "mget", "get", "getrange", "evalsha"];

    [Test]
    public async Task TLS_in_the_address_of_a_server_that_has_none_is_named()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        NodeException error = await FailureAsync($"rediss://127.0.0.1:{server.Port}", "redis://");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("TLS"));
    }

    [Test]
    public async Task An_address_without_TLS_of_a_server_that_wants_it_is_named()
    {
        using TestCertificates certificates = new();
        await using RedisServer server = await RedisServer.StartAsync(new() { Tls = certificates.Server });
        NodeException error = await FailureAsync($"redis://127.0.0.1:{server.Port}", "rediss://");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("TLS"));
    }

    [TestCaseSource(nameof(Commands))]
    public async Task A_command_that_the_user_may_not_run_is_named(string command)
    {
        string allowed = "on >pw ~app:* resetchannels -@all +@connection +info +get +getrange +set +setex +psetex +del +unlink +expire +pexpire +pttl +mget +eval +evalsha +script|load";
        await using RedisServer server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["app"] = $"{allowed} -{command}" } });
        NodeException error = await FailureAsync($"redis://app:pw@127.0.0.1:{server.Port}", $"does not let this user run {command.ToUpperInvariant()}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.AccessDenied));
        Assert.That(error.Message, Does.Contain("docs/redis.md"));
    }

    [TestCase("eval")]
    [TestCase("mget")]
    [TestCase("getrange")]
    public async Task A_command_that_the_server_does_not_have_is_named(string command)
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--rename-command", command, "other" + command] });
        NodeException error = await FailureAsync(server.Endpoint, $"does not know {command.ToUpperInvariant()}");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.AccessDenied));
        Assert.That(error.Message, Does.Contain("rename-command"));
    }

    [Test]
    public async Task Keys_that_the_user_may_not_touch_are_not_confused_with_a_password()
    {
        await using RedisServer server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["app"] = "on >pw ~other:* +@all" } });
        NodeException error = await FailureAsync($"redis://app:pw@127.0.0.1:{server.Port}", "keys of this InstanceName");
        Assert.That(error.Message, Does.Not.Contain("Check user and password"));
    }

    [Test]
    public async Task A_database_that_the_server_does_not_have_is_named()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--databases", "2"] });
        NodeException error = await FailureAsync($"{server.Endpoint}/7", "has no database 7");
        Assert.That(error.Message, Does.Contain("databases"));
    }

    [Test]
    public async Task A_database_that_the_server_does_not_have_is_not_replaced_by_another_where_the_driver_may_not_ask_how_many_there_are()
    {
        await using RedisServer server = await RedisServer.StartAsync(new()
        {
            AclUsers = new Dictionary<string, string> { ["app"] = "on >pw ~* &* +@all -config" },
            ExtraArguments = ["--databases", "2"],
        });
        await FailureAsync($"redis://app:pw@127.0.0.1:{server.Port}/7", "has no database 7");
        Assert.That(await server.ExecuteAsync("DBSIZE"), Is.EqualTo("0"), "database 0");
    }

    [Test]
    public async Task A_server_whose_connections_are_all_taken_is_named()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest taker = Over(server.Endpoint);
        await taker.SettledAsync();
        await server.ExecuteAsync("CONFIG", "SET", "maxclients", "1");
        NodeException error = await FailureAsync(server.Endpoint, "maxclients");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
    }

    [Test]
    public async Task A_Redis_Cluster_of_one_shard_is_refused_though_it_answers_every_command()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ClusterEnabled = true });
        await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await Poll.UntilAsync(async () => (await server.ExecuteAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal), "the cluster");
        NodeException error = await FailureAsync(server.Endpoint, "cluster-enabled no");
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ClusterNode));
    }

    [TestCase("redis://:canary%204711@", TestName = "Escaped in an endpoint")]
    [TestCase("redis://default:canary%204711@", TestName = "Escaped in an endpoint with a user")]
    [TestCase("redis://:canary 4711@", TestName = "As it is in an endpoint")]
    public async Task A_password_with_a_space_works(string endpoint)
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--requirepass", Secret] });
        await using CacheUnderTest app = Over($"{endpoint}127.0.0.1:{server.Port}");
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    private static CacheUnderTest Over(string endpoint) => CacheUnderTest.Over([endpoint], static options => options.InstanceName = "app:");

    private static async Task<NodeException> FailureAsync(string endpoint, string expected)
    {
        await using HybridApp app = new([endpoint]);
        List<string> seen = [];
        NodeException? found = null;
        int loads = 0;

        // What is refused after a good greeting is soon forgiven, so that the last failure may be gone when it is looked for.
        app.Cache.NodeHealthChanged += (_, change) => Look(change.Reason);
        try
        {
            await Poll.UntilAsync(
                async () =>
                {
                    await app.Cache.SetAsync("canary-key", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
                    await app.Cache.GetAsync("canary-key");
                    await app.Cache.GetManyAsync(["canary-key", "canary-b"]);
                    await app.Cache.RefreshAsync("canary-key");
                    await app.Hybrid.GetOrCreateAsync($"canary-load-{loads++}", static _ => ValueTask.FromResult(1));
                    Look(app.Cache.GetNodes()[0].LastFailure);
                    return Volatile.Read(ref found) is not null;
                },
                expected,
                TimeSpan.FromSeconds(8));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"'{expected}' was never said, but:\n{string.Join("\n---\n", seen)}");
        }

        foreach (string line in app.App.Log.GetSnapshot().Where(static record => record.Category == "CacheRing" && record.Level > Microsoft.Extensions.Logging.LogLevel.Debug).Select(static record => record.Message))
            Assert.That(line, Does.Not.Contain("canary"));
        return found!;

        void Look(NodeException? failure)
        {
            if (failure is null)
                return;
            lock (seen)
            {
                if (!seen.Contains(failure.ToString()))
                    seen.Add(failure.ToString());
            }

            if (failure.Message.Contains(expected, StringComparison.Ordinal))
                Volatile.Write(ref found, failure);
        }
    }
}
