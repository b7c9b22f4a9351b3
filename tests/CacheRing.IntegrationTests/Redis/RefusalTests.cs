using CacheRing.IntegrationTests.Failover;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>A server that refuses a call has answered: the node stays in use for all else, and a person is told what to do.</summary>
[TestFixture]
public sealed class RefusalTests
{
    private const int Reads = 100;

    [Test]
    public async Task A_disk_that_is_full_costs_the_refused_writes_and_no_read_of_another_key()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--enable-protected-configs", "yes"] });
        await using CacheUnderTest app = await WarmAsync(server);

        // Snapshots that cannot be written.
        await server.ExecuteAsync("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes");
        await server.ExecuteAsync("CONFIG", "SET", "save", "1 1");
        await server.ExecuteAsync("CONFIG", "SET", "rdbcompression", "no");
        await MakeSnapshotsFailAsync(server);
        await AreRefusedAndOthersServedAsync(app, "MISCONF");

        await server.ExecuteAsync("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
        await AreWrittenAgainAsync(app);
    }

    [Test]
    public async Task Too_few_replicas_cost_the_refused_writes_and_no_read_of_another_key()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = await WarmAsync(server);
        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        await AreRefusedAndOthersServedAsync(app, "NOREPLICAS");

        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await AreWrittenAgainAsync(app);
    }

    [Test]
    public async Task A_new_connection_to_a_server_that_takes_no_writes_serves_all_but_what_it_has_refused()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = await WarmAsync(server);
        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        await app.Cache.SetAsync("refused", [2], new());
        await server.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal");

        await Poll.UntilAsync(async () => await app.Cache.GetAsync("warm") is [1], "another key to be served");
        Assert.That(await app.Cache.GetAsync("refused"), Is.Null);
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await AreWrittenAgainAsync(app);
    }

    [Test]
    public async Task More_refused_writes_than_are_kept_put_the_node_out_until_it_takes_writes()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = await WarmAsync(server, static options => options.Failover.MaxHints = 5);
        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        for (int i = 0; i < 6; i++)
            await app.Cache.SetAsync($"refused-{i}", [2], new());
        await Poll.UntilAsync(async () => await app.Cache.GetAsync("warm") is null, "the node to be out");
        Assert.That(app.Logged(15), Has.Length.EqualTo(1));

        await server.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("warm"), Is.Null, "in an earlier generation");
    }

    [Test]
    public async Task A_value_that_is_too_large_is_its_writers_to_know_and_costs_nobody_a_read([Values] bool mayAsk)
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--proto-max-bulk-len", "1mb", .. mayAsk ? (string[])[] : ["--rename-command", "CONFIG", "SETTINGS"]] });
        await using CacheUnderTest app = await WarmAsync(server, static options => options.MaxValueBytes = 8 * 1024 * 1024);
        byte[] large = new byte[2 * 1024 * 1024];
        await app.Cache.SetAsync("large", [1], new());

        Assert.That(async () => await app.Cache.SetAsync("large", large, new()), IsTooLarge);
        await ReadsAsync(app, misses: 0);
        Assert.That(async () => await app.Cache.SetAsync("large", large, new()), IsTooLarge);
        CacheBatchOutcome outcome = await app.Cache.SetManyAsync(new Dictionary<string, byte[]> { ["a"] = [1], ["large"] = large, ["b"] = [1] }, new());
        Assert.That(outcome.Unavailable, Is.EqualTo(["large"]));
        if (mayAsk)
        {
            await using HybridApp hybrid = await HybridApp.StartAsync([server.Endpoint], configure: static options => options.MaxValueBytes = 8 * 1024 * 1024);
            for (int i = 0; i < 3; i++)
                Assert.That(await hybrid.Hybrid.GetOrCreateAsync("loaded", _ => ValueTask.FromResult(large)), Has.Length.EqualTo(large.Length));
            Assert.That(hybrid.App.Logged(9).Count(static line => line.Contains("Rejoining", StringComparison.Ordinal)), Is.LessThanOrEqualTo(1), "no connection was lost");
        }

        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("large"), Is.Null, "the older value");
        Assert.That((await app.Cache.GetManyAsync(["a", "b"])).Keys, Is.EquivalentTo(["a", "b"]));
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
    }

    [Test]
    public async Task A_value_that_the_server_may_not_send_costs_its_own_reads_alone()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = await WarmAsync(server, static options =>
        {
            options.MaxValueBytes = 16 * 1024 * 1024;
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });
        await app.Cache.SetAsync("large", new byte[8 * 1024 * 1024], new());
        await server.ExecuteAsync("CONFIG", "SET", "client-output-buffer-limit", "normal 1mb 0 0");

        Assert.That(
            async () => await app.Cache.GetAsync("large"),
            Throws.InstanceOf<NodeException>().With.Message.Contains("client-output-buffer-limit"));
        await ReadsAsync(app, misses: 0);
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
    }

    [Test]
    public async Task Without_UNLINK_keys_are_removed_by_DEL()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--rename-command", "UNLINK", ""] });
        await using CacheUnderTest app = await WarmAsync(server);
        Assert.That(await app.Cache.TryRemoveAsync("warm"), Is.EqualTo(RemoveOutcome.Applied));
        await app.Cache.SetManyAsync(new Dictionary<string, byte[]> { ["a"] = [1], ["b"] = [1] }, new());
        Assert.That((await app.Cache.RemoveManyAsync(["a", "b"])).Unavailable, Is.Empty);
        Assert.That(await server.ExecuteAsync("EXISTS", "warm", "a", "b"), Is.EqualTo("0"));
        Assert.That(app.Logged(7), Is.Empty);
    }

    [TestCase("SET")]
    [TestCase("SETEX")]
    [TestCase("PSETEX")]
    [TestCase("MGET")]
    public async Task A_command_that_was_renamed_is_named_when_the_node_is_greeted(string command)
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--rename-command", command, ""] });
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint]);
        await Poll.UntilAsync(() => app.Logged(7).Length > 0, "the node to be put out of service");
        Assert.That(app.Logged(7)[0], Does.Contain($"does not know {command}. Was it renamed"));
        Assert.That(app.Cache.GetNodes()[0].Health, Is.Not.EqualTo(NodeHealth.Healthy));
    }

    [Test]
    public async Task A_driver_that_may_not_ask_for_commands_connects_all_the_same()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = new(options => options.Nodes.Add(new NodeOptions { Name = "node-0", Configuration = FormattableString.Invariant($"127.0.0.1:{server.Port},$COMMAND=,$CONFIG=") }));
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint IsTooLarge => Throws.InstanceOf<NodeException>()
        .With.Property(nameof(NodeException.Kind)).EqualTo(NodeFailureKind.ValueTooLarge).And.Message.Contains("proto-max-bulk-len");

    private static async Task<CacheUnderTest> WarmAsync(RedisServer server, Action<ShardedCacheOptions>? configure = null)
    {
        CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], configure);
        await app.SettledAsync();
        await app.Cache.SetAsync("warm", [1], new());
        return app;
    }

    // A directory that is not there: the snapshot fails, as on a full disk.
    private static async Task MakeSnapshotsFailAsync(RedisServer server)
    {
        string directory = (await server.ExecuteAsync("CONFIG", "GET", "dir")).Split('\n')[1].Trim();
        string gone = Directory.CreateTempSubdirectory("cachering-gone-").FullName;
        await server.ExecuteAsync("CONFIG", "SET", "dir", gone);
        Directory.Delete(gone);
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await server.ExecuteAsync("BGSAVE");
                    await server.ExecuteAsync("SET", "probe", "x");
                    return false;
                }
                catch (RedisErrorException error)
                {
                    return error.Message.Contains("MISCONF", StringComparison.Ordinal);
                }
            },
            $"the server to refuse writes, not saving to {directory}");
    }

    private static async Task AreRefusedAndOthersServedAsync(CacheUnderTest app, string word)
    {
        for (int i = 0; i < 5; i++)
        {
            await app.Cache.SetAsync($"refused-{i}", [2], new());
            Assert.That(await app.Cache.GetAsync($"refused-{i}"), Is.Null);
        }

        Assert.That(await app.Cache.TryRemoveAsync("refused-0"), Is.EqualTo(RemoveOutcome.Queued));
        await ReadsAsync(app, misses: 0);
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
        Assert.That(app.Logged(51)[0], Does.Contain(word));
    }

    private static async Task AreWrittenAgainAsync(CacheUnderTest app)
    {
        await Poll.UntilAsync(() => app.Cache.GetNodes()[0].QueuedKeys == 0, "what was refused to be removed");
        await app.Cache.SetAsync("refused-0", [3], new());
        Assert.That(await app.Cache.GetAsync("refused-0"), Is.EqualTo([3]));
    }

    private static async Task ReadsAsync(CacheUnderTest app, int misses)
    {
        int missed = 0;
        for (int i = 0; i < Reads; i++)
        {
            if (await app.Cache.GetAsync("warm") is null)
                missed++;
        }

        TestContext.Out.WriteLine(string.Join("\n", app.Log.GetSnapshot().Select(r => $"{r.Timestamp:ss.fff} {r.Id.Id} {r.Message}")));
        Assert.That(missed, Is.EqualTo(misses), $"of {Reads} reads of another key");
    }
}
