using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>No key of a user reaches the records that CacheRing keeps on the nodes, whichever way it comes.</summary>
[TestFixture]
public sealed class ReservedKeyTests
{
    private const string Record = "cr:gen";

    private static readonly (string Name, Func<IShardedCache, string, Task> Call)[] EveryWayIn =
    [
        ("Get", static (cache, key) => Sync(() => cache.Get(key))),
        ("GetAsync", static (cache, key) => cache.GetAsync(key)),
        ("TryGet", static (cache, key) => Sync(() => cache.TryGet(key, new System.Buffers.ArrayBufferWriter<byte>()))),
        ("TryGetAsync", static async (cache, key) => await cache.TryGetAsync(key, new System.Buffers.ArrayBufferWriter<byte>())),
        ("Set", static (cache, key) => Sync(() => cache.Set(key, [1], new()))),
        ("SetAsync", static (cache, key) => cache.SetAsync(key, [1], new())),
        ("SetAsync of a sequence", static async (cache, key) => await cache.SetAsync(key, new System.Buffers.ReadOnlySequence<byte>([1]), new(), default)),
        ("Remove", static (cache, key) => Sync(() => cache.Remove(key))),
        ("RemoveAsync", static (cache, key) => cache.RemoveAsync(key)),
        ("TryRemoveAsync", static async (cache, key) => await cache.TryRemoveAsync(key)),
        ("Refresh", static (cache, key) => Sync(() => cache.Refresh(key))),
        ("RefreshAsync", static (cache, key) => cache.RefreshAsync(key)),
        ("GetManyAsync", static async (cache, key) => await cache.GetManyAsync(["a", key])),
        ("SetManyAsync", static async (cache, key) => await cache.SetManyAsync([new("a", [1]), new(key, [1])], new())),
        ("RemoveManyAsync", static async (cache, key) => await cache.RemoveManyAsync(["a", key])),
        ("Locate", static (cache, key) => Sync(() => cache.Locate(key))),
    ];

    private RedisServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await RedisServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase(EntryFormat.CacheRing)]
    [TestCase(EntryFormat.Raw)]
    public async Task A_key_that_begins_as_the_records_do_is_refused_by_name_at_every_way_in_and_the_record_stays(EntryFormat format)
    {
        await using CacheUnderTest app = CacheUnderTest.Over([_server.Endpoint], options => options.EntryFormat = format);
        await app.Cache.SetAsync("a", [1], new());
        string before = await _server.ExecuteAsync("GET", Record);
        foreach ((string name, Func<IShardedCache, string, Task> call) in EveryWayIn)
        {
            foreach (string key in (string[])[Record, "cr:tag:x", "cr:load:x", "cr:"])
            {
                Assert.That(
                    async () => await call(app.Cache, key),
                    Throws.ArgumentException.With.Message.Contains("must not begin with 'cr:'").And.Message.Contains("Put something before it"),
                    name);
            }
        }

        Assert.That(await _server.ExecuteAsync("GET", Record), Is.EqualTo(before));
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    [TestCase("CR:gen")]
    [TestCase("cr")]
    [TestCase("crop")]
    [TestCase("app:cr:gen")]
    public async Task A_key_that_only_looks_like_them_is_a_key_like_any_other(string key)
    {
        await using CacheUnderTest app = CacheUnderTest.Over([_server.Endpoint]);
        await app.Cache.SetAsync(key, [1], new());
        Assert.That(await app.Cache.GetAsync(key), Is.EqualTo([1]));
    }

    [Test]
    public async Task The_HybridCache_loads_such_a_key_each_time_and_says_so_once()
    {
        await using HybridApp app = new([_server.Endpoint], configure: static options => options.InstanceName = "");
        string before = await RecordAsync();
        int loads = 0;
        for (int i = 0; i < 3; i++)
        {
            Assert.That(
                await app.Hybrid.GetOrCreateAsync(Record, _ => ValueTask.FromResult(++loads), tags: ["cr:gen"]), Is.EqualTo(loads));
            await app.Hybrid.SetAsync(Record, 1);
            await app.Hybrid.RemoveAsync(Record);
            await app.Hybrid.RemoveByTagAsync(Record);
        }

        Assert.That(loads, Is.EqualTo(3));
        Assert.That(app.App.Log.GetSnapshot().Count(static record => record.Message.Contains("begins with 'cr:'", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(await _server.ExecuteAsync("GET", Record), Is.EqualTo(before));
    }

    private async Task<string> RecordAsync()
    {
        await Poll.UntilAsync(async () => await _server.ExecuteAsync("EXISTS", Record) == "1", "the record");
        return await _server.ExecuteAsync("GET", Record);
    }

    private static Task Sync(Action call)
    {
        call();
        return Task.CompletedTask;
    }
}
