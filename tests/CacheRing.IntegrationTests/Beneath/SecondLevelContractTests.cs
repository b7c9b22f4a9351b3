using CacheRing.IntegrationTests.Contract;
using CacheRing.IntegrationTests.Failover;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>
/// What an app may rely on that keeps its own cache, Microsoft's HybridCache or FusionCache, and has CacheRing beneath it as the
/// second level: also with a node dead or frozen nothing stalls, nothing throws, and what was removed stays removed.
/// </summary>
public abstract class SecondLevelContractTests(Func<Task<IBreakableServers>> start)
{
    private const int Keys = 30;
    private const string Tag = "prices";

    private IBreakableServers _servers = null!;

    [SetUp]
    public async Task StartAsync() => _servers = await start();

    [TearDown]
    public async Task StopAsync()
    {
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    /// <summary>Registers the cache over the registered IDistributedCache.</summary>
    protected abstract void Add(IServiceCollection services);

    protected abstract Task<string> GetOrLoadAsync(IServiceProvider services, string key, Func<string> load, string[] tags);

    protected abstract Task RemoveAsync(IServiceProvider services, string key);

    protected abstract Task RemoveByTagAsync(IServiceProvider services, string tag);

    /// <summary>The key under which it stores a value, and the one under which it keeps the time at which a tag was invalidated.</summary>
    protected abstract string StoredKey(string key);

    protected abstract string TagKey(string tag);

    [Test]
    public async Task What_one_process_loads_another_finds()
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "loaded");
        await using CacheUnderTest two = App();
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(two, i, "again"), Is.EqualTo($"loaded {i}"));
    }

    [Test]
    public async Task A_removed_key_is_loaded_anew_by_a_process_that_has_it_not_in_memory()
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "old");
        await RemoveAsync(one.Services, "k1");
        await using CacheUnderTest two = App();
        Assert.That(await LoadAsync(two, 1, "new"), Is.EqualTo("new 1"));
        Assert.That(await LoadAsync(two, 2, "new"), Is.EqualTo("old 2"));
    }

    [TestCase("dead")]
    [TestCase("frozen")]
    public async Task Nothing_stalls_and_nothing_throws_though_a_node_is(string state)
    {
        await using CacheUnderTest app = App();
        await LoadAllAsync(app, "old");
        await FailAsync(0, state);
        await using CacheUnderTest fresh = App();

        // Every call waiting for its own timeout of the driver, five seconds, would take ten minutes.
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < Keys; i++)
            {
                Assert.That(await LoadAsync(fresh, i, "new").WaitAsync(deadline.Token), Is.EqualTo($"old {i}").Or.EqualTo($"new {i}"));
                await LoadAsync(fresh, 1000 + Keys * round + i, "other").WaitAsync(deadline.Token);
            }
        }

        await RemoveAsync(fresh.Services, "k3").WaitAsync(deadline.Token);
        Assert.That(await LoadAsync(fresh, 3, "removed").WaitAsync(deadline.Token), Is.EqualTo("removed 3"));
    }

    [TestCase("dead")]
    [TestCase("frozen")]
    [TestCase("restarted empty")]
    public async Task A_removed_tag_stays_removed_for_a_fresh_process_though_the_tags_own_node_is(string state)
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "old");
        await RemoveByTagAsync(one.Services, Tag);
        await FailAsync(OwnerOf(one, TagKey(Tag)), state);
        await using CacheUnderTest fresh = App();
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.EqualTo($"new {i}"));
    }

    [TestCase("dead")]
    [TestCase("frozen")]
    public async Task A_tag_can_be_removed_though_its_own_node_is(string state)
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "old");
        int owner = OwnerOf(one, TagKey(Tag));
        await FailAsync(owner, state);
        await one.EjectedAsync(owner, one.KeysOf(owner, 1)[0]);
        await RemoveByTagAsync(one.Services, Tag);
        await using CacheUnderTest fresh = App();
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.EqualTo($"new {i}"));
    }

    [Test]
    public async Task Of_two_removals_of_a_tag_the_later_one_counts_though_a_node_heard_of_the_first_alone()
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "old");
        await RemoveByTagAsync(one.Services, Tag);
        int owner = OwnerOf(one, TagKey(Tag));
        _servers.Freeze(owner);
        await one.EjectedAsync(owner, one.KeysOf(owner, 1)[0]);
        await LoadAllAsync(one, "newer", except: owner);
        await RemoveByTagAsync(one.Services, Tag);
        _servers.Thaw(owner);
        await using CacheUnderTest fresh = App();
        await fresh.SettledAsync();
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(fresh, i, "newest"), Is.EqualTo($"newest {i}"));
    }

    [Test]
    public async Task What_a_process_took_for_true_while_most_nodes_were_frozen_does_not_undo_a_removal()
    {
        await using CacheUnderTest one = App();
        await LoadAllAsync(one, "old");
        await RemoveByTagAsync(one.Services, Tag);
        _servers.Freeze(0);
        _servers.Freeze(1);
        await using (CacheUnderTest blind = App())
        {
            for (int i = 0; i < Keys; i++)
                await LoadAsync(blind, i, "blind");
        }

        _servers.Thaw(0);
        _servers.Thaw(1);
        await using CacheUnderTest fresh = App();
        await fresh.SettledAsync();
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(fresh, i, "new"), Is.Not.EqualTo($"old {i}"));
    }

    private CacheUnderTest App() => CacheUnderTest.Over(_servers.Endpoints, static options => options.InstanceName = "level2:", Add);

    private Task<string> LoadAsync(CacheUnderTest app, int i, string what) =>
        GetOrLoadAsync(app.Services, $"k{i}", () => $"{what} {i}", [Tag]);

    // HybridCache answers its caller first and writes to the second level behind that.
    private async Task LoadAllAsync(CacheUnderTest app, string what, int? except = null)
    {
        for (int i = 0; i < Keys; i++)
            Assert.That(await LoadAsync(app, i, what), Is.EqualTo($"{what} {i}"));
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => StoredKey($"k{i}")).Where(key => except is null || OwnerOf(app, key) != except)];
        await Poll.UntilAsync(async () => (await app.Cache.GetManyAsync(keys)).Count == keys.Length, "the values to be written");
    }

    private async Task FailAsync(int node, string state)
    {
        if (state == "frozen")
            _servers.Freeze(node);
        else if (state == "dead")
            await _servers.KillAsync(node);
        else
            await _servers.RestartAsync(node);
    }

    private static int OwnerOf(CacheUnderTest app, string key) => app.Cache.Locate(key).Owner[^1] - '0';
}
