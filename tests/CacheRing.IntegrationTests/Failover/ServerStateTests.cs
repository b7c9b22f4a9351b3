using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>
/// States of a server that are no outage, each forced on a real one: whether the node stays in use, is given up until it is
/// better, or is refused with what to do about it; and that it is used again when that has been done.
/// </summary>
[TestFixture]
public sealed class ServerStateTests
{
    [Test]
    public async Task A_full_Redis_that_evicts_nothing_stays_in_use_and_a_write_it_refuses_takes_the_older_value_away()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        await app.Cache.SetAsync("b", [1], new());
        await FillAsync(server);

        await app.Cache.SetAsync("a", [2], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "the older value is never read again by who wrote a newer one");
        Assert.That(await app.Cache.TryRemoveAsync("b"), Is.EqualTo(RemoveOutcome.Applied));
        await app.SettledAsync();
        Assert.That(await server.ExecuteAsync("EXISTS", "a", "b"), Is.EqualTo("0"));
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
        Assert.That(app.Logged(51)[0], Does.Contain("maxmemory-policy to allkeys-lru"));
    }

    [Test]
    public async Task A_full_Redis_can_be_given_a_new_generation()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        await FillAsync(server);
        await server.DeleteRecordAsync();
        await Poll.UntilAsync(
            async () => await app.Cache.GetAsync("a") is null && await server.ExecuteAsync("EXISTS", "cr:gen") == "1", "the loss to be noticed and made good");
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "of the generation before");
    }

    [Test]
    public async Task A_full_Memcached_that_evicts_nothing_stays_in_use()
    {
        RequiresMemcached.OrSkip();
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { NoEviction = true, MemoryMegabytes = 2 });
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        for (int i = 0; i < 400; i++)
            await app.Cache.SetAsync($"big-{i}", new byte[50_000], new());
        await Poll.UntilAsync(() => app.Logged(51).Any(static line => line.Contains("without -M", StringComparison.Ordinal)), "the full server to be reported");
        await app.SettledAsync();
        Assert.That(await app.Cache.TryRemoveAsync("a"), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That(app.Logged(7), Is.Empty, "it is not given up");
    }

    [Test]
    public async Task A_primary_that_becomes_a_replica_is_given_up_at_the_first_refusal_and_used_again_when_it_is_one_no_more()
    {
        await using RedisServer primary = await RedisServer.StartAsync();
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        await server.ExecuteAsync("REPLICAOF", primary.Host, $"{primary.Port}");
        await Poll.UntilAsync(
            async () => await app.Cache.TryRemoveAsync("a") == RemoveOutcome.Queued && app.Logged(7).Length > 0, "the node to be given up");
        Assert.That(app.Logged(7)[0], Does.Contain("Give the address of the primary"));
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);

        await server.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "the remove was delivered");
        await app.Cache.SetAsync("a", [2], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([2]));
    }

    [Test]
    public async Task A_Redis_that_loads_its_data_is_given_up_until_it_has()
    {
        await using RedisServer server = await RedisServer.StartAsync(new() { ExtraArguments = ["--key-load-delay", "0", "--loading-process-events-interval-bytes", "1024"] });
        for (int i = 0; i < 100; i++)
            await server.ExecuteAsync("SET", $"filler-{i}", new string('x', 2000));

        // It answers that it is loading, now and then only.
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options => options.Failover.SilenceTimeout = TimeSpan.FromMinutes(1));
        await app.SettledAsync();
        await server.ExecuteAsync("CONFIG", "SET", "key-load-delay", "20000");
        Task<string> reload = server.ExecuteAsync("DEBUG", "RELOAD");
        await app.EjectedAsync(0, "a");
        await Poll.UntilAsync(() => app.Cache.GetNodes()[0].LastFailure?.Kind == NodeFailureKind.Busy, "the reason to be known");
        await server.ExecuteAsync("CONFIG", "SET", "key-load-delay", "0");
        await reload;
        await app.SettledAsync();
    }

    [Test]
    public async Task A_Redis_that_runs_a_long_script_is_given_up_until_that_has_ended()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.ExecuteAsync("CONFIG", "SET", "busy-reply-threshold", "1");
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());
        Task<string> script = server.ExecuteAsync("EVAL", "while true do end", "0");
        await app.EjectedAsync(0, "a");
        Assert.That(await app.Cache.TryRemoveAsync("a"), Is.EqualTo(RemoveOutcome.Queued));
        await server.ExecuteAsync("SCRIPT", "KILL");
        Assert.That(async () => await script, Throws.InstanceOf<RedisErrorException>());
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "the remove was delivered");
    }

    [Test]
    public async Task A_server_without_a_connection_to_spare_is_given_up_until_it_has_one()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.ExecuteAsync("CONFIG", "SET", "maxclients", "1");
        await using CacheUnderTest app = Over(server.Endpoint);
        await using CacheUnderTest second = Over(server.Endpoint);
        await Poll.UntilAsync(
            () => app.Cache.GetNodes()[0].Health == NodeHealth.Ejected || second.Cache.GetNodes()[0].Health == NodeHealth.Ejected, "one to be left without");
        CacheUnderTest lucky = app.Cache.GetNodes()[0].Health == NodeHealth.Ejected ? second : app;
        CacheUnderTest unlucky = lucky == app ? second : app;
        Assert.That(unlucky.Cache.GetNodes()[0].LastFailure!.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        await lucky.DisposeAsync();
        await unlucky.SettledAsync();
    }

    [TestCase("wrong password", NodeFailureKind.AccessDenied, "Check user and password")]
    [TestCase("no permission", NodeFailureKind.AccessDenied, "permissions that docs/redis.md lists")]
    [TestCase("cluster", NodeFailureKind.ClusterNode, "cluster-enabled no")]
    public async Task What_only_a_person_can_mend_is_refused_at_once_with_the_way_out(string state, NodeFailureKind kind, string wayOut)
    {
        await using RedisServer server = await RedisServer.StartAsync(state switch
        {
            "cluster" => new() { ClusterEnabled = true },
            "no permission" => new() { AclUsers = new Dictionary<string, string> { ["app"] = "on >pw ~* resetchannels -@all +@connection +info" } },
            _ => new() { Password = "right" },
        });
        string user = state switch { "cluster" => "", "no permission" => "app:pw@", _ => ":wrong@" };
        await using CacheUnderTest app = Over($"redis://{user}127.0.0.1:{server.Port}");
        await Poll.UntilAsync(() => app.Cache.GetNodes()[0].LastFailure?.Kind == kind && app.Logged(7).Length > 0, "the node to be given up");
        Assert.That(app.Cache.GetNodes()[0].LastFailure!.Message, Does.Contain(wayOut));
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
        Assert.That(await app.Cache.TryRemoveAsync("a"), Is.EqualTo(RemoveOutcome.Queued));
    }

    private static async Task FillAsync(RedisServer server)
    {
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");
    }

    private static CacheUnderTest Over(string endpoint) => CacheUnderTest.Over([endpoint]);
}
