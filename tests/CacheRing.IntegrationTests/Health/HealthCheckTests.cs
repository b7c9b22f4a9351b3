using CacheRing.IntegrationTests.Hybrid;
using CacheRing.IntegrationTests.Through;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CacheRing.IntegrationTests.Health;

/// <summary>What a health check says of nodes, and of write-behind caches over them.</summary>
[TestFixture]
internal sealed class HealthCheckTests
{
    private const string Check = "cachering";

    [Test]
    public async Task It_is_healthy_while_all_nodes_serve()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(2);
        await using HybridApp app = await StartAsync(servers);
        HealthReportEntry entry = await ReportAsync(app);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(entry.Data["node:node-0"], Is.EqualTo("Healthy"));
        Assert.That(entry.Data["node:node-1"], Is.EqualTo("Healthy"));
    }

    [Test]
    public async Task A_node_that_is_out_is_named_and_degrades_it_until_it_serves_again()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(2);
        await using HybridApp app = await StartAsync(servers, static checks => checks.AddShardedCache(failureStatus: HealthStatus.Unhealthy));
        await servers[1].KillAsync();
        HealthReportEntry entry = await UntilAsync(app, HealthStatus.Degraded);
        Assert.That(entry.Description, Does.StartWith("1 of 2 cache nodes do not serve: 'node-1' (").And.Not.Contain("127.0.0.1"));
        Assert.That(entry.Exception, Is.InstanceOf<NodeException>());
        Assert.That(entry.Data["node:node-0"], Is.EqualTo("Healthy"));
        Assert.That(entry.Data["node:node-1"], Is.Not.EqualTo("Healthy"));
        await servers[1].RestartAsync(keepData: false);
        await UntilAsync(app, HealthStatus.Healthy);
    }

    [TestCase(HealthStatus.Unhealthy)]
    [TestCase(HealthStatus.Degraded)]
    public async Task While_no_node_serves_it_is_what_the_app_has_said(HealthStatus status)
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(2);
        await using HybridApp app = await StartAsync(servers, checks => checks.AddShardedCache(failureStatus: status));
        await servers[0].KillAsync();
        await servers[1].KillAsync();
        await Poll.UntilAsync(() => app.Cache.GetNodes().All(static node => node.Health is NodeHealth.Ejected or NodeHealth.Probing), "both to be out", TimeSpan.FromSeconds(30));
        HealthReportEntry entry = await ReportAsync(app);
        Assert.That(entry.Status, Is.EqualTo(status));
        Assert.That(entry.Description, Does.StartWith("No cache node serves: 'node-0' (").And.Contain("'node-1' ("));
    }

    [Test]
    public async Task An_app_that_says_nothing_keeps_its_place_in_the_load_balancer_without_any_node()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(1);
        await using HybridApp app = await StartAsync(servers);
        await servers[0].KillAsync();
        await UntilAsync(app, HealthStatus.Degraded);
    }

    [Test]
    public async Task Writes_that_wait_too_long_degrade_it_and_their_figures_are_there()
    {
        await using HybridApp app = await StartBehindAsync(
            new TestDatabase(), static options => options.BatchDelay = TimeSpan.FromHours(1), static checks => checks.AddShardedCache(maxLag: TimeSpan.FromMilliseconds(1)));
        await Writes(app).SetAsync(1, "one");
        HealthReportEntry entry = await UntilAsync(app, HealthStatus.Degraded);
        Assert.That(entry.Description, Does.StartWith("The oldest of 1 pending writes of write-behind cache 'rows' has waited "));
        Assert.That(entry.Data["writebehind:rows:pending"], Is.EqualTo(1));
        Assert.That(entry.Data["writebehind:rows:pendingBytes"], Is.EqualTo(app.App.Services.GetServices<IWriteBehindCache>().Single().Status.PendingBytes));
        await Writes(app).FlushAsync();
        entry = await ReportAsync(app);
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That((entry.Data["writebehind:rows:lastBatch"], entry.Data["writebehind:rows:retries"]), Is.EqualTo(((object)1, (object)0L)));
    }

    [Test]
    public async Task A_store_that_takes_no_writes_is_what_the_app_has_said_until_it_does()
    {
        TestDatabase database = new() { Before = static () => Task.FromException(new InvalidOperationException("a secret of the database")) };
        await using HybridApp app = await StartBehindAsync(
            database,
            static options => (options.BatchDelay, options.BatchSize, options.RetryDelay, options.MaxRetryDelay) = (TimeSpan.Zero, 1, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)),
            static checks => checks.AddShardedCache(failureStatus: HealthStatus.Unhealthy));
        for (int key = 0; key < 5; key++)
            await Writes(app).SetAsync(key, "value");
        HealthReportEntry entry = await UntilAsync(app, HealthStatus.Unhealthy);
        Assert.That(entry.Description, Is.EqualTo("The store of write-behind cache 'rows' takes no writes (InvalidOperationException); 5 are pending."));
        Assert.That(entry.Data["writebehind:rows:storeDown"], Is.True);
        database.Before = static () => Task.CompletedTask;
        await UntilAsync(app, HealthStatus.Healthy);
        Assert.That(database.Rows, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task A_keyed_cache_has_a_check_of_its_own_with_the_write_behind_caches_over_it()
    {
        TestDatabase database = new();
        await using HybridApp app = new(["memory://"], null, null, services =>
        {
            services.AddSingleton(database);
            services.AddKeyedShardedCache("other", static options => options.Nodes.Add(new NodeOptions { Name = "elsewhere", Endpoint = "memory://" }))
                .AddWriteBehind<int, string, TestStore>("others");
            services.AddHealthChecks().AddShardedCache().AddShardedCache("other", "other");
        });
        HealthReport report = await app.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.That(report.Entries["other"].Data.Keys, Does.Contain("node:elsewhere").And.Contain("writebehind:others:pending"));
        Assert.That(report.Entries[Check].Data.Keys, Does.Contain("node:node-0").And.Not.Contain("writebehind:others:pending"));
    }

    [Test]
    public void A_lag_that_cannot_be_is_refused() =>
        Assert.That(static () => new ServiceCollection().AddHealthChecks().AddShardedCache(maxLag: TimeSpan.Zero), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static IWriteBehindCache<int, string> Writes(HybridApp app) => app.App.Services.GetRequiredService<IWriteBehindCache<int, string>>();

    private static Task<HybridApp> StartAsync(RedisFleet servers, Action<IHealthChecksBuilder>? add = null) =>
        HybridApp.StartAsync(servers.Endpoints, null, null, services => (add ?? (static checks => checks.AddShardedCache()))(services.AddHealthChecks()));

    private static Task<HybridApp> StartBehindAsync(TestDatabase database, Action<WriteBehindOptions> behind, Action<IHealthChecksBuilder> add) =>
        HybridApp.StartAsync(["memory://"], null, null, services =>
        {
            services.AddSingleton(database);
            new HybridApp.Builder(services).AddWriteBehind<int, string, TestStore>("rows", behind);
            add(services.AddHealthChecks());
        });

    private static async Task<HealthReportEntry> ReportAsync(HybridApp app) =>
        (await app.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[Check];

    private static async Task<HealthReportEntry> UntilAsync(HybridApp app, HealthStatus status)
    {
        HealthReportEntry entry = default;
        await Poll.UntilAsync(async () => (entry = await ReportAsync(app)).Status == status, $"the check to say {status}", TimeSpan.FromSeconds(30));
        return entry;
    }
}
