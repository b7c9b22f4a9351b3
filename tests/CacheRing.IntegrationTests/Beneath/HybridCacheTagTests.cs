using CacheRing.IntegrationTests.Failover;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>
/// Beneath Microsoft's HybridCache a tag that was invalidated stays so, whatever becomes of the nodes: it keeps the times of
/// invalidations in the second level, and takes a miss there for "never".
/// </summary>
[TestFixture]
public sealed class HybridCacheTagTests
{
    private static readonly string[] Tag = ["prices"];

    private RedisFleet _servers = null!;

    [SetUp]
    public async Task StartAsync() => _servers = await RedisFleet.StartAsync(3);

    [TearDown]
    public async Task StopAsync() => await _servers.DisposeAsync();

    [TestCase("nothing")]
    [TestCase("the owner is killed")]
    [TestCase("the owner restarts empty")]
    [TestCase("the owner forgets the key")]
    [TestCase("the owner gets a new generation")]
    [TestCase("the owner stands still")]
    public async Task A_tag_invalidated_by_one_process_stays_so_for_a_fresh_one_though(string happens)
    {
        int owner = await InvalidateAsync();
        switch (happens)
        {
            case "the owner is killed":
                await _servers[owner].KillAsync();
                break;
            case "the owner restarts empty":
                await _servers[owner].RestartAsync(keepData: false);
                break;
            case "the owner forgets the key":
                await _servers[owner].ExecuteAsync("DEL", "hybrid:__MSFT_HCT__prices");
                break;
            case "the owner gets a new generation":
                await _servers[owner].DeleteRecordAsync("hybrid:");
                break;
            case "the owner stands still":
                _servers[owner].Suspend();
                break;
        }

        await using CacheUnderTest fresh = App();
        for (int i = 0; i < 30; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.EqualTo($"new {i}"), $"key {i}");
    }

    [Test]
    public async Task When_too_many_nodes_are_dead_to_be_sure_tagged_entries_are_loaded_anew_and_nothing_is_thrown()
    {
        int owner = await InvalidateAsync();

        // The one that is left never heard of it: it was dead when the tag was invalidated.
        await _servers[owner].KillAsync();
        await _servers[(owner + 1) % 3].KillAsync();
        await using CacheUnderTest fresh = App();
        for (int i = 0; i < 30; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.EqualTo($"new {i}"), $"key {i}");
    }

    [Test]
    public async Task Entries_whose_tag_was_never_invalidated_are_found_though_a_node_is_dead()
    {
        await using CacheUnderTest first = App();
        for (int i = 0; i < 30; i++)
            await LoadAsync(first, i, "old");
        await WrittenAsync(first);
        await _servers[0].KillAsync();
        await using CacheUnderTest fresh = App();
        int found = 0;
        for (int i = 0; i < 30; i++)
        {
            if (await LoadAsync(fresh, i, "new") == $"old {i}")
                found++;
        }

        Assert.That(found, Is.EqualTo(Enumerable.Range(0, 30).Count(i => fresh.Cache.Locate($"k{i}").Owner != "node-0")));
    }

    [Test]
    public async Task With_one_node_of_three_dead_a_tag_can_still_be_invalidated_and_holds_when_another_dies_and_the_first_returns()
    {
        await using CacheUnderTest first = App();
        for (int i = 0; i < 30; i++)
            await LoadAsync(first, i, "old");
        await WrittenAsync(first);
        await _servers[0].KillAsync();
        await first.EjectedAsync(0, first.KeysOf(0, 1)[0]);
        await Hybrid(first).RemoveByTagAsync(Tag);
        await _servers[0].RestartAsync(keepData: false);
        await first.SettledAsync();
        await _servers[1].KillAsync();
        await using CacheUnderTest fresh = App();
        for (int i = 0; i < 30; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.EqualTo($"new {i}"), $"key {i}");
    }

    [Test]
    public async Task The_newest_of_all_copies_counts_and_a_batch_treats_such_a_key_as_any_other()
    {
        await using CacheUnderTest app = App();
        await app.SettledAsync();
        const string Key = "__MSFT_HCT__newest";
        await app.Cache.SetAsync(Key, BitConverter.GetBytes(5L), new());
        foreach (RedisServer server in _servers)
            Assert.That(await server.ExecuteAsync("EXISTS", $"hybrid:{Key}"), Is.EqualTo("1"), "written to every node");
        int owner = int.Parse(app.Cache.Locate(Key).Owner[^1..], null);
        _servers[owner].Suspend();
        await app.Cache.SetAsync(Key, BitConverter.GetBytes(9L), new());
        _servers[owner].Resume();
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync(Key), Is.EqualTo(BitConverter.GetBytes(9L)));
        Assert.That(await app.Cache.TryRemoveAsync(Key), Is.EqualTo(RemoveOutcome.Applied));
        foreach (RedisServer server in _servers)
            Assert.That(await server.ExecuteAsync("EXISTS", $"hybrid:{Key}"), Is.EqualTo("0"), "removed from every node");
    }

    /// <summary>Loads, tags and stores thirty entries and invalidates them.</summary>
    /// <returns>The node that owns the key of the tag.</returns>
    private async Task<int> InvalidateAsync()
    {
        await using CacheUnderTest first = App();
        for (int i = 0; i < 30; i++)
            Assert.That(await LoadAsync(first, i, "old"), Is.EqualTo($"old {i}"));
        await WrittenAsync(first);
        await Hybrid(first).RemoveByTagAsync(Tag);
        return int.Parse(first.Cache.Locate("__MSFT_HCT__prices").Owner[^1..], null);
    }

    // HybridCache answers first and writes to the second level behind that.
    private static Task WrittenAsync(CacheUnderTest app) => Poll.UntilAsync(
        async () => (await app.Cache.GetManyAsync(Enumerable.Range(0, 30).Select(static i => $"k{i}"))).Count == 30, "the values to be written");

    private static ValueTask<string> LoadAsync(CacheUnderTest app, int i, string what) =>
        Hybrid(app).GetOrCreateAsync($"k{i}", _ => ValueTask.FromResult($"{what} {i}"), tags: Tag);

    private CacheUnderTest App() => new(
        options =>
        {
            options.InstanceName = "hybrid:";
            for (int i = 0; i < 3; i++)
                options.Nodes.Add(new NodeOptions { Name = $"node-{i}", Endpoint = _servers.Endpoints[i] });
        },
        static services => services.AddHybridCache());

    private static HybridCache Hybrid(CacheUnderTest app) => app.Services.GetRequiredService<HybridCache>();
}
