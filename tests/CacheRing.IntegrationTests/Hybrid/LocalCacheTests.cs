using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>The local caches of several instances: what one changes the others do not keep.</summary>
[TestFixture]
public sealed class LocalCacheTests
{
    private RedisServer _server = null!;
    private HybridApp _reader = null!;
    private HybridApp _writer = null!;
    private int _database;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await RedisServer.StartAsync();
        _reader = await HybridApp.StartAsync([_server.Endpoint], On);
        _writer = await HybridApp.StartAsync([_server.Endpoint], On);
        await HeardAsync(_reader, 1);
        await HeardAsync(_writer, 1);
        _database = 0;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task What_another_instance_removes_stores_or_removes_by_tag_goes_when_its_message_arrives()
    {
        (string Name, Func<string, ValueTask> Change)[] changes =
        [
            ("remove", key => _writer.Hybrid.RemoveAsync(key)),
            ("remove many", key => _writer.Hybrid.RemoveAsync([key, "another"])),
            ("store", key => _writer.Hybrid.SetAsync(key, _database)),
            ("tag", _ => _writer.Hybrid.RemoveByTagAsync("t")),
            ("everything", _ => _writer.Hybrid.RemoveByTagAsync("*")),
        ];
        foreach ((string name, Func<string, ValueTask> change) in changes)
        {
            string key = $"key of {name}";
            await ReadAsync(key);
            Assert.That(IsKept(key), Is.True, name);
            _database++;
            await change(key);
            await Poll.UntilAsync(async () => await ReadAsync(key) == _database, $"the message of {name}");
        }
    }

    [Test]
    public async Task What_is_read_while_everything_is_being_removed_is_not_kept()
    {
        await ReadAsync("a");
        _database++;
        Task removing = _writer.Hybrid.RemoveByTagAsync("*").AsTask();
        while (!removing.IsCompleted)
            await ReadAsync("a");
        await removing;
        Assert.That(await ReadAsync("a"), Is.EqualTo(1), "read before the removal was known everywhere, and kept");
        Assert.That(await _writer.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(_database)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_removal_that_was_queued_is_told_when_it_has_been_carried_out()
    {
        await using FaultProxy proxy = FaultProxy.Start(_server.Host, _server.Port);
        await using HybridApp behind = await HybridApp.StartAsync([$"redis://{proxy.Host}:{proxy.Port}"], On);
        await ReadAsync("a");
        proxy.BlackHole();
        _database++;
        await behind.Hybrid.RemoveAsync("a");
        Assert.That(await ReadAsync("a"), Is.Zero, "nobody can know yet");
        proxy.Heal();
        await Poll.UntilAsync(async () => await ReadAsync("a") == 1, "the removal to be delivered and told");
    }

    [Test]
    public async Task After_a_lost_subscription_was_noticed_nothing_stale_is_read_a_hundred_times()
    {
        int kept = 0;
        for (int round = 1; round <= 100; round++)
        {
            await ReadAsync("hot");
            kept += IsKept("hot") ? 1 : 0;
            await _server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await Poll.UntilAsync(() => Count(_reader, 27) >= round, "the loss to be noticed");
            _database++;
            await _writer.Hybrid.RemoveAsync("hot");
            int acknowledged = _database;
            while (Count(_reader, 28) < round + 1)
                Assert.That(await ReadAsync("hot"), Is.EqualTo(acknowledged), $"round {round}, deaf");
            Assert.That(await ReadAsync("hot"), Is.EqualTo(acknowledged), $"round {round}, hearing again");
        }

        Assert.That(kept, Is.GreaterThan(90), "the local cache is in use");
    }

    [Test]
    public async Task While_a_server_is_frozen_its_values_are_not_kept()
    {
        await ReadAsync("a");
        _server.Suspend();
        try
        {
            await Poll.UntilAsync(() => Count(_reader, 27) >= 1, "the silence to be noticed");
            _database++;
            Assert.That(await ReadAsync("a"), Is.EqualTo(1));
        }
        finally
        {
            _server.Resume();
        }

        await HeardAsync(_reader, 2);
    }

    [Test]
    public async Task A_plain_removal_through_the_sharded_cache_is_seen_when_the_time_to_live_is_over_and_not_before()
    {
        // It tells nobody: docs/invalidation.md says so.
        ShardedHybridCacheEntryOptions brief = new() { LocalCacheExpiration = TimeSpan.FromSeconds(1) };
        await _reader.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(_database), brief);
        _database++;
        await ((IDistributedCache)_writer.Cache).RemoveAsync("a");
        await Poll.UntilAsync(async () => await _reader.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(_database), brief) == 1, "its end");
    }

    private Task<int> ReadAsync(string key) => _reader.Hybrid.GetOrCreateAsync(key, _ => ValueTask.FromResult(Volatile.Read(ref _database)), tags: ["t"]).AsTask();

    private bool IsKept(string key) => ReadAsync(key).IsCompletedSuccessfully;

    private static Task HeardAsync(HybridApp app, int times) => Poll.UntilAsync(() => Count(app, 28) >= times, "the node's messages to be heard");

    private static int Count(HybridApp app, int logEvent) => app.App.Log.GetSnapshot().Count(entry => entry.Id.Id == logEvent);

    private static void On(ShardedHybridCacheOptions options) => options.LocalCache.IsEnabled = true;
}
