using CacheRing.IntegrationTests.Through;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>A node of the cache that is gone is no reason to lose a write, or to wait.</summary>
[TestFixture]
internal sealed class BehindOutageTests
{
    [Test]
    public async Task While_nodes_are_dead_writes_are_taken_read_and_stored()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        TestDatabase database = new();
        await using BehindApp app = await BehindApp.StartAsync(servers.Endpoints, database, static options => options.BatchDelay = TimeSpan.FromHours(1));
        for (int key = 0; key < 60; key++)
            await app.Cache.SetAsync(key, "before");
        await servers[1].KillAsync();
        for (int key = 0; key < 60; key++)
            await app.Cache.SetAsync(key, "during");
        for (int key = 0; key < 60; key++)
            Assert.That((await app.Cache.GetAsync(key)).Value, Is.EqualTo("during"));
        await app.Cache.FlushAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(database.Rows.Values, Has.Exactly(60).EqualTo("during"));
        for (int key = 0; key < 60; key++)
            Assert.That((await app.Cache.GetAsync(key)).Value, Is.EqualTo("during"));
        await servers[1].RestartAsync(keepData: false);
        await Poll.UntilAsync(() => app.Nodes.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "the node to serve again", TimeSpan.FromSeconds(30));
        for (int key = 0; key < 60; key++)
            Assert.That((await app.Cache.GetAsync(key)).Value, Is.EqualTo("during"));
    }
}
