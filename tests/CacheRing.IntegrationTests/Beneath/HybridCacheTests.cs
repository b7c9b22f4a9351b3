using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>As the second level beneath Microsoft's HybridCache.</summary>
[TestFixture]
public sealed class HybridCacheTests
{
    private RedisFleet _servers = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _servers = await RedisFleet.StartAsync(3);

    [OneTimeTearDown]
    public async Task StopAsync() => await _servers.DisposeAsync();

    [Test]
    public async Task What_one_process_loads_another_finds()
    {
        await using CacheUnderTest one = App();
        await using CacheUnderTest two = App();
        for (int i = 0; i < 20; i++)
        {
            string value = await Hybrid(one).GetOrCreateAsync($"product:{i}", i, static (state, _) => ValueTask.FromResult($"loaded {state}"));
            Assert.That(value, Is.EqualTo($"loaded {i}"));

            // HybridCache answers its caller first and writes to the second level behind that.
            await Poll.UntilAsync(async () => await one.Cache.GetAsync($"product:{i}") is not null, "the value to be written");
            Assert.That(
                await Hybrid(two).GetOrCreateAsync($"product:{i}", static _ => ValueTask.FromResult("loaded again")), Is.EqualTo($"loaded {i}"));
        }
    }

    [Test]
    public async Task A_removed_key_is_loaded_anew_by_a_process_that_has_it_not_in_memory()
    {
        await using CacheUnderTest one = App();
        await using CacheUnderTest two = App();
        await Hybrid(one).SetAsync("price", 1);
        await Poll.UntilAsync(async () => await one.Cache.GetAsync("price") is not null, "the value to be written");
        await Hybrid(one).RemoveAsync("price");
        Assert.That(await Hybrid(two).GetOrCreateAsync("price", static _ => ValueTask.FromResult(2)), Is.EqualTo(2));
    }

    [Test]
    public async Task It_goes_on_when_a_node_is_dead()
    {
        await using RedisServer dead = await RedisServer.StartAsync();
        await using CacheUnderTest app = App(dead.Endpoint);
        await Hybrid(app).SetAsync("a", 1);
        await dead.KillAsync();
        for (int i = 0; i < 20; i++)
            Assert.That(await Hybrid(app).GetOrCreateAsync($"k{i}", i, static (state, _) => ValueTask.FromResult(state)), Is.EqualTo(i));
    }

    private CacheUnderTest App(params string[] endpoints) => new(
        options =>
        {
            options.InstanceName = "hybrid:";
            foreach (string endpoint in _servers.Endpoints.Concat(endpoints))
                options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        },
        static services => services.AddHybridCache());

    private static HybridCache Hybrid(CacheUnderTest app) => app.Services.GetRequiredService<HybridCache>();
}
