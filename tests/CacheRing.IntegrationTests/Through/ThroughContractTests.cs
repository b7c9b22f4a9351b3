using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Through;

/// <summary>What an app may rely on when it reads and writes through the cache, over every kind of node.</summary>
internal abstract class ThroughContractTests(Func<Task<IBackend>> start, bool isShared = true)
{
    private static int _keys;
    private readonly TestDatabase _database = new();
    private IBackend _backend = null!;
    private ThroughApp _one = null!;
    private ThroughApp _two = null!;
    private ThroughApp _removing = null!;
    private int _key;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await start();
        _one = await ThroughApp.StartAsync(_backend.Endpoints, _database);
        _two = isShared ? await ThroughApp.StartAsync(_backend.Endpoints, _database) : _one;
        _removing = await ThroughApp.StartAsync(_backend.Endpoints, _database, static options =>
        {
            options.AfterWrite = WriteThroughMode.Remove;
            options.Entry = new() { NotFoundExpiration = TimeSpan.FromMinutes(1) };
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _removing.DisposeAsync();
        await _two.DisposeAsync();
        await _one.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [SetUp]
    public void Begin()
    {
        _key = Interlocked.Add(ref _keys, 100);
        _database.Before = _database.After = static () => Task.CompletedTask;
        _database.Batches.Clear();
        _database.Rows[_key] = "old";
    }

    [Test]
    public async Task A_value_is_loaded_once_and_then_found_by_every_instance()
    {
        int before = _database.Loads;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
        Assert.That(_database.Loads - before, Is.EqualTo(1));
    }

    [Test]
    public async Task Many_who_ask_for_one_key_have_it_loaded_once()
    {
        int before = _database.Loads;
        TaskCompletionSource go = new();
        _database.Before = () => go.Task;
        Task<CacheLookup<string>>[] callers = [.. Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? _one : _two).Cache.GetAsync(_key).AsTask())];
        await Poll.UntilAsync(() => _database.Loads > before, "the load to begin");
        go.SetResult();
        Assert.That((await Task.WhenAll(callers)).Select(static found => found.Value), Has.All.EqualTo("old"));
        Assert.That(_database.Loads - before, Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_not_found_is_asked_for_each_time()
    {
        int before = _database.Loads;
        Assert.That((await _one.Cache.GetAsync(_key + 1)).IsFound, Is.False);
        Assert.That((await _one.Cache.GetAsync(_key + 1)).IsFound, Is.False);
        Assert.That(_database.Loads - before, Is.EqualTo(2));
    }

    [Test]
    public async Task Unless_it_is_said_for_how_long_it_is_remembered()
    {
        int before = _database.Loads;
        Assert.That((await _removing.Cache.GetAsync(_key + 1)).IsFound, Is.False);
        Assert.That((await _removing.Cache.GetAsync(_key + 1)).IsFound, Is.False);
        Assert.That(_database.Loads - before, Is.EqualTo(1));
    }

    [Test]
    public async Task What_the_loader_throws_is_thrown_and_not_cached()
    {
        _database.Before = static () => throw new InvalidOperationException("down");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _one.Cache.GetAsync(_key));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _one.Cache.GetManyAsync([_key]));
        _database.Before = static () => Task.CompletedTask;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
    }

    [Test]
    public async Task The_misses_of_a_batch_are_loaded_by_one_call_and_found_by_the_next()
    {
        for (int i = 0; i < 20; i++)
            _database.Rows[_key + i] = $"row {i}";
        await _one.Cache.GetAsync(_key + 3);
        IReadOnlyDictionary<int, string> found = await _one.Cache.GetManyAsync(Enumerable.Range(_key, 25).Append(_key));
        Assert.That(found.OrderBy(static one => one.Key).Select(static one => one.Value), Is.EqualTo(Enumerable.Range(0, 20).Select(static i => $"row {i}")));
        Assert.That(_database.Batches, Is.EqualTo(new[] { Enumerable.Range(_key, 25).Where(key => key != _key + 3).ToArray() }));

        await _two.Cache.GetManyAsync(Enumerable.Range(_key, 20));
        Assert.That(_database.Batches, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Batches_that_overlap_load_each_key_once()
    {
        for (int i = 0; i < 30; i++)
            _database.Rows[_key + i] = $"row {i}";
        TaskCompletionSource go = new();
        _database.Before = () => go.Task;
        Task<IReadOnlyDictionary<int, string>> first = _one.Cache.GetManyAsync(Enumerable.Range(_key, 20)).AsTask();
        await Poll.UntilAsync(() => _database.Batches.Count == 1, "the first batch to be loaded");
        Task<IReadOnlyDictionary<int, string>> second = _two.Cache.GetManyAsync(Enumerable.Range(_key + 10, 20)).AsTask();
        await Poll.UntilAsync(() => _database.Batches.Count == 2, "the rest of the second batch to be loaded");
        go.SetResult();
        Assert.That(await first, Has.Count.EqualTo(20));
        Assert.That(await second, Has.Count.EqualTo(20));
        Assert.That(_database.Batches.SelectMany(static keys => keys).Order(), Is.EqualTo(Enumerable.Range(_key, 30)));
    }

    [Test]
    public async Task A_write_is_in_the_database_and_read_by_every_instance_without_a_load()
    {
        await _two.Cache.GetAsync(_key);
        int before = _database.Loads;
        Assert.That(await _one.Cache.SetAsync(_key, "new"), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That(_database.Rows[_key], Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That(_database.Loads - before, Is.Zero);
    }

    [Test]
    public async Task So_is_one_of_a_key_that_nobody_has_read()
    {
        int before = _database.Loads;
        await _one.Cache.SetAsync(_key, "new");
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That(_database.Loads - before, Is.Zero);
    }

    [Test]
    public async Task With_AfterWrite_Remove_it_is_loaded_again()
    {
        ThroughApp reader = isShared ? _two : _removing;
        await reader.Cache.GetAsync(_key);
        int before = _database.Loads;
        await _removing.Cache.SetAsync(_key, "new");
        Assert.That(await reader.Nodes.GetAsync($"rows:{_key}"), Is.Null);
        Assert.That((await reader.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That(_database.Loads - before, Is.EqualTo(1));
    }

    [Test]
    public async Task A_removed_value_is_gone_from_the_database_and_for_every_instance()
    {
        await _two.Cache.GetAsync(_key);
        Assert.That(await _one.Cache.RemoveAsync(_key), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That(_database.Rows.ContainsKey(_key), Is.False);
        Assert.That((await _two.Cache.GetAsync(_key)).IsFound, Is.False);
    }

    [Test]
    public async Task When_the_database_refuses_a_write_the_cache_is_as_it_was()
    {
        await _one.Cache.GetAsync(_key);
        _database.Before = static () => throw new InvalidOperationException("constraint");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _one.Cache.SetAsync(_key, "new"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _one.Cache.SetAsync(_key + 1, "new"));

        // The database is asked for what was not there, and only for that; nobody waits for the one who was refused.
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
        _database.Before = static () => Task.CompletedTask;
        Assert.That((await _two.Cache.GetAsync(_key + 1)).IsFound, Is.False);
    }

    [Test]
    public async Task When_it_is_not_known_whether_the_database_has_a_write_the_cache_has_nothing()
    {
        await _one.Cache.GetAsync(_key);
        _database.After = static () => throw new TimeoutException("no answer");
        await Assert.ThrowsAsync<TimeoutException>(async () => await _one.Cache.SetAsync(_key, "new"));
        _database.After = static () => Task.CompletedTask;
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
    }

    [Test]
    public async Task Of_two_writers_at_once_the_cache_has_the_last_value_or_none()
    {
        // Both have their tokens before either has written: the first is about to fill when the second is through.
        await _one.Cache.GetAsync(_key);
        TaskCompletionSource go = new();
        int writes = 0;
        _database.After = () => Interlocked.Increment(ref writes) == 1 ? go.Task : Task.CompletedTask;
        Task first = _one.Cache.SetAsync(_key, "first").AsTask();
        await Poll.UntilAsync(() => Volatile.Read(ref writes) == 1, "the first to have written");
        await _two.Cache.SetAsync(_key, "second");
        go.SetResult();
        await first;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("second"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("second"));
    }

    [Test]
    public async Task A_load_that_began_before_a_write_does_not_bring_the_old_value_back()
    {
        TaskCompletionSource go = new();
        int loads = 0;
        _database.After = () => Interlocked.Increment(ref loads) == 1 ? go.Task : Task.CompletedTask;
        Task<CacheLookup<string>> load = _one.Cache.GetAsync(_key).AsTask();
        await Poll.UntilAsync(() => Volatile.Read(ref loads) == 1, "the load to have read");
        await _two.Cache.SetAsync(_key, "new");
        go.SetResult();
        await load;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
    }

    [Test]
    public async Task Each_write_has_an_id_of_its_own_and_a_greater_sequence_than_the_one_before()
    {
        _database.Writes.Clear();
        await _one.Cache.SetAsync(_key, "1");
        await _one.Cache.SetAsync(_key, "2");
        await _one.Cache.RemoveAsync(_key);
        StoreWrite<int, string>[] writes = [.. _database.Writes];
        Assert.That(writes.Select(static write => write.Sequence), Is.Ordered.And.Unique);
        Assert.That(writes.Select(static write => write.Id), Is.Unique);
        Assert.That(writes.Select(static write => write.Kind), Is.EqualTo(new[] { StoreWriteKind.Upsert, StoreWriteKind.Upsert, StoreWriteKind.Delete }));
    }
}

[TestFixture]
internal sealed class RedisThroughTests() : ThroughContractTests(RedisBackend.StartAsync);

[TestFixture]
internal sealed class GarnetThroughTests() : ThroughContractTests(GarnetBackend.StartAsync);

[TestFixture]
internal sealed class MemcachedThroughTests() : ThroughContractTests(MemcachedBackend.StartAsync);

/// <summary>Nodes inside the process share nothing, so that there is one instance.</summary>
[TestFixture]
internal sealed class MemoryThroughTests() : ThroughContractTests(MemoryBackend.StartAsync, isShared: false);
