using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// What a load must not do: store, or give to those who came later, what was changed in the database while it ran. Each test
/// forces the one order of events in which that would show; docs/consistency.md has the reasons.
/// </summary>
internal abstract class FillTests(Func<Task<OneServer>> start)
{
    private const string Key = "price";

    private OneServer _server = null!;
    private HybridApp _loader = null!;
    private HybridApp _writer = null!;
    private int _database;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await start();
        _loader = await HybridApp.StartAsync([_server.ProxiedEndpoint]);
        _writer = await HybridApp.StartAsync([_server.Endpoint]);
        _database = 0;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _loader.DisposeAsync();
        await _writer.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_value_that_was_removed_during_its_load_is_not_stored()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _writer.Hybrid.RemoveAsync(Key);
        Assert.That(await load.EndAsync(), Is.Zero, "its own callers were there before");
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task Nor_is_one_whose_placeholder_is_gone()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _server.EvictAsync(Key);
        await load.EndAsync();
        Assert.That(await _server.HasAsync(Key), Is.False, "absence is not free");
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task The_token_is_there_before_the_load_begins()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        Assert.That(await _server.HasAsync(Key), Is.True);
        await load.EndAsync();
    }

    [Test]
    public async Task A_plain_set_during_a_load_is_not_overwritten_by_it()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _writer.Hybrid.SetAsync(Key, 1);
        await load.EndAsync();
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task Nor_one_through_the_sharded_cache_beneath()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        await _writer.Cache.SetAsync(Key, [1, 2, 3], new DistributedCacheEntryOptions());
        await load.EndAsync();
        Assert.That(await _writer.Cache.GetAsync(Key), Is.EqualTo([1, 2, 3]));
    }

    [Test]
    public async Task A_removal_and_another_load_in_between_do_not_make_the_first_one_welcome_again()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _writer.Hybrid.RemoveAsync(Key);
        await using HeldLoad second = await HeldLoad.BeginAsync(_writer, ReadDatabase);
        await load.EndAsync();
        await second.EndAsync();
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task Tokens_of_a_server_that_was_restarted_meanwhile_are_none()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _server.RestartAsync();
        await _writer.ReadyAsync();
        await Poll.UntilAsync(async () => (await _writer.Cache.TryRemoveAsync(Key)) == RemoveOutcome.Applied, "the new process to be greeted");

        // Its numbers begin anew: the next placeholder may have the number of the first.
        await using HeldLoad second = await HeldLoad.BeginAsync(_writer, ReadDatabase);
        await load.EndAsync();
        Assert.That(await ReadAsync(_loader), Is.EqualTo(1));
        await second.EndAsync();
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task A_fill_is_of_the_generation_of_its_miss()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;

        // The record is lost: whoever notices gives the node another generation, and with that all before is void.
        await _server.DeleteRecordAsync();
        await Poll.UntilAsync(
            async () =>
            {
                await _writer.Cache.GetAsync("other");
                await _loader.Cache.GetAsync("other");
                return await _server.HasAsync("cr:gen");
            },
            "the node to be given a generation");
        await _loader.ReadyAsync();
        await load.EndAsync();

        // The other may not have noticed yet, and goes by the generation of before.
        await Poll.UntilAsync(async () => await ReadAsync(_writer) == 1, "both to have noticed");
        await IsNewEverywhereAsync();
    }

    [Test]
    public async Task Who_comes_after_a_removal_is_not_given_what_was_loaded_before_it()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        await _writer.Hybrid.RemoveAsync(Key);
        Task<int> late = ReadAsync(_loader);
        await load.EndAsync();
        Assert.That(await late, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_comes_during_a_load_that_nothing_disturbs_is_given_its_value()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        Task<int>[] late = [.. Enumerable.Range(0, 50).Select(_ => ReadAsync(_loader))];
        await load.EndAsync();
        _database = 1;
        Assert.That(await Task.WhenAll(late), Has.All.Zero);
    }

    [Test]
    public async Task Who_comes_after_a_tag_was_removed_is_not_given_what_was_loaded_before()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase, ["prices"]);
        _database = 1;
        await _writer.Hybrid.RemoveByTagAsync("prices");
        Task<int> late = ReadAsync(_loader, ["prices"]);
        await load.EndAsync();
        Assert.That(await late, Is.EqualTo(1));
        Assert.That(await ReadAsync(_writer, ["prices"]), Is.EqualTo(1));
    }

    [Test]
    public async Task A_client_does_not_read_again_what_it_has_removed_before_the_server_has_heard_of_it()
    {
        await using HeldLoad load = await HeldLoad.BeginAsync(_loader, ReadDatabase);
        _database = 1;
        _server.Proxy.BlackHole();
        await _loader.Hybrid.RemoveAsync(Key);
        _server.Proxy.Heal();
        await load.EndAsync();
        Assert.That(await ReadAsync(_loader), Is.EqualTo(1));
        await Poll.UntilAsync(() => _loader.Cache.GetNodes()[0].QueuedKeys == 0, "the removal to be delivered");
        await IsNewEverywhereAsync();
    }

    private async Task IsNewEverywhereAsync()
    {
        Assert.That(await ReadAsync(_writer), Is.EqualTo(1));
        Assert.That(await ReadAsync(_loader), Is.EqualTo(1));
    }

    private Task<int> ReadAsync(HybridApp app, string[]? tags = null) =>
        app.Hybrid.GetOrCreateAsync(Key, _ => ValueTask.FromResult(ReadDatabase()), tags: tags).AsTask();

    private int ReadDatabase() => Volatile.Read(ref _database);

    /// <summary>A load that has read the database and does not yet say so.</summary>
    private sealed class HeldLoad : IAsyncDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<int> _call = null!;

        public static async Task<HeldLoad> BeginAsync(HybridApp app, Func<int> database, string[]? tags = null)
        {
            HeldLoad load = new();
            load._call = app.Hybrid.GetOrCreateAsync(
                Key,
                async token =>
                {
                    int value = database();
                    if (!load._begun.TrySetResult())
                        return value;
                    await load._go.Task.WaitAsync(token);
                    return value;
                },
                tags: tags).AsTask();
            await load._begun.Task.WaitAsync(Poll.DefaultDeadline);
            return load;
        }

        public Task<int> EndAsync()
        {
            _go.TrySetResult();
            return _call.WaitAsync(Poll.DefaultDeadline);
        }

        public async ValueTask DisposeAsync() => await EndAsync();
    }
}

/// <summary>Fills over a redis-server.</summary>
[TestFixture]
internal sealed class RedisFillTests() : FillTests(OneServer.RedisAsync);

/// <summary>Fills over memcached.</summary>
[TestFixture]
internal sealed class MemcachedFillTests() : FillTests(OneServer.MemcachedAsync);
