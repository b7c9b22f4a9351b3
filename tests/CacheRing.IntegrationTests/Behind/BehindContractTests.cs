using CacheRing.IntegrationTests.Contract;
using CacheRing.IntegrationTests.Through;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>What an app may rely on when it writes behind, over every kind of node.</summary>
internal abstract class BehindContractTests(Func<Task<IBackend>> start, bool isShared = true)
{
    private static int _keys = 1_000_000;
    private readonly TestDatabase _database = new();
    private IBackend _backend = null!;
    private BehindApp _one = null!;
    private BehindApp _two = null!;
    private BehindApp _quick = null!;
    private int _key;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await start();

        // What is written stays pending until the test has it flushed.
        _one = await BehindApp.StartAsync(_backend.Endpoints, _database, static options => options.BatchDelay = TimeSpan.FromHours(1));
        _two = isShared ? await BehindApp.StartAsync(_backend.Endpoints, _database, static options => options.BatchDelay = TimeSpan.FromHours(1)) : _one;
        _quick = await BehindApp.StartAsync(_backend.Endpoints, _database, static options =>
        {
            options.BatchDelay = TimeSpan.FromMilliseconds(5);
            options.RetryDelay = TimeSpan.FromMilliseconds(5);
            options.MaxRetryDelay = TimeSpan.FromMilliseconds(50);

            // Where one call in three fails, so often in a row only what fails for ever does.
            options.MaxAttempts = 30;
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _database.Before = _database.After = static () => Task.CompletedTask;
        await _quick.DisposeAsync();
        await _two.DisposeAsync();
        await _one.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [SetUp]
    public void Begin()
    {
        _key = Interlocked.Add(ref _keys, 100);
        _database.Before = _database.After = static () => Task.CompletedTask;
        _database.Rows[_key] = "old";
    }

    [Test]
    public async Task A_write_is_read_by_every_instance_before_the_store_has_it()
    {
        await _two.Cache.GetAsync(_key);
        await _one.Cache.SetAsync(_key, "new");
        Assert.That(_database.Rows[_key], Is.EqualTo("old"));
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetManyAsync([_key, _key + 1])).Single().Value, Is.EqualTo("new"));
        await _one.Cache.FlushAsync();
        Assert.That(_database.Rows[_key], Is.EqualTo("new"));
    }

    [Test]
    public async Task After_the_flush_it_is_read_from_the_cache()
    {
        await _one.Cache.SetAsync(_key, "new");
        await _one.Cache.FlushAsync();
        int before = _database.Loads;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That(_database.Loads - before, Is.Zero);
    }

    [Test]
    public async Task A_delete_is_seen_by_every_instance_at_once_and_by_the_store_before_what_follows()
    {
        await _two.Cache.GetAsync(_key);
        await _one.Cache.RemoveAsync(_key);
        Assert.That((await _one.Cache.GetAsync(_key)).IsFound, Is.False);
        Assert.That((await _two.Cache.GetAsync(_key)).IsFound, Is.False);
        Assert.That(_database.Rows.ContainsKey(_key), Is.True);
        await _one.Cache.SetAsync(_key, "1");
        await _one.Cache.SetAsync(_key, "2");
        await _one.Cache.FlushAsync();
        Assert.That(
            _database.Writes.Where(write => write.Key == _key).Select(static write => (write.Kind, write.Value)),
            Is.EqualTo(new[] { (StoreWriteKind.Delete, null), (StoreWriteKind.Upsert, "2") }));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("2"));
    }

    [Test]
    public async Task After_the_flush_of_a_delete_nothing_is_found()
    {
        await _two.Cache.GetAsync(_key);
        await _one.Cache.RemoveAsync(_key);
        await _one.Cache.FlushAsync();
        Assert.That(_database.Rows.ContainsKey(_key), Is.False);
        Assert.That((await _two.Cache.GetAsync(_key)).IsFound, Is.False);
        _database.Rows[_key] = "back";
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("back"), "that it was not found is not remembered");
    }

    [Test]
    public async Task What_the_cache_has_lost_is_still_read_by_the_writer()
    {
        await _one.Cache.SetAsync(_key, "new");
        await _one.Nodes.RemoveAsync($"rows:{_key}");
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _one.Cache.GetManyAsync([_key])).Single().Value, Is.EqualTo("new"));
        await _one.Cache.FlushAsync();
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
    }

    [Test]
    public async Task A_load_that_began_before_the_write_does_not_bring_the_old_value_back()
    {
        (TaskCompletionSource go, Task load) = await HoldLoadAsync(_two);
        await _one.Cache.SetAsync(_key, "new");
        await ReleaseAfterFlushAsync(go, load);
    }

    [Test]
    public async Task Nor_one_of_another_instance_that_began_before_the_flush()
    {
        // Where nothing is shared there is no other instance: it is the same process, whose readers see what is pending.
        await _one.Cache.SetAsync(_key, "new");
        await _one.Nodes.RemoveAsync($"rows:{_key}");
        if (!isShared)
        {
            Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
            return;
        }

        (TaskCompletionSource go, Task load) = await HoldLoadAsync(_two);
        await ReleaseAfterFlushAsync(go, load);
    }

    [Test]
    public async Task A_later_write_stays_in_the_cache_when_the_one_before_it_is_through()
    {
        TaskCompletionSource first = new(), second = new();
        _database.After = () => first.Task;
        await _one.Cache.SetAsync(_key, "first");
        Task flush = _one.Cache.FlushAsync().AsTask();
        await Poll.UntilAsync(() => _database.Rows[_key] == "first", "the store to have the first");
        await _one.Cache.SetAsync(_key, "second");

        // From now on the database answers nobody: who has to load waits for it.
        _database.Before = () => second.Task;
        first.SetResult();
        await flush.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((await _two.Cache.GetAsync(_key).AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Value, Is.EqualTo("second"));
        second.SetResult();
        await _one.Cache.FlushAsync();
        Assert.That(_database.Rows[_key], Is.EqualTo("second"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("second"));
    }

    [Test]
    public async Task The_store_gets_writes_by_itself_after_the_delay()
    {
        await Task.WhenAll(Enumerable.Range(_key, 50).Select(key => _quick.Cache.SetAsync(key, $"{key}").AsTask()));
        await Poll.UntilAsync(() => Enumerable.Range(_key, 50).All(key => _database.Rows.GetValueOrDefault(key) == $"{key}"), "the rows to be there");
    }

    [Test]
    public async Task A_store_that_fails_gets_each_write_in_the_end_and_in_order()
    {
        int calls = 0;
        long given = _quick.Cache.Status.DeadLetters;
        _database.Before = () => Interlocked.Increment(ref calls) % 3 == 0 ? throw new InvalidOperationException("down") : Task.CompletedTask;
        for (int i = 0; i < 200; i++)
            await _quick.Cache.SetAsync(_key + (i % 7), $"{i}");
        await _quick.Cache.FlushAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_quick.Cache.Status.DeadLetters, Is.EqualTo(given), "none is given up");
        Assert.That(Enumerable.Range(0, 7).Select(i => _database.Rows[_key + i]), Is.EquivalentTo(Enumerable.Range(193, 7).Select(static i => $"{i}")));
        foreach (IGrouping<int, StoreWrite<int, string>> key in _database.Writes.Where(write => write.Key >= _key && write.Key < _key + 7).GroupBy(static write => write.Key))
            Assert.That(key.Select(static write => write.Sequence), Is.Ordered.Ascending);
    }

    [Test]
    public async Task What_is_given_up_is_not_read_any_more()
    {
        _database.Rejects = key => key == _key;
        try
        {
            await _quick.Cache.SetAsync(_key, "never");
            await _quick.Cache.FlushAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That((await _quick.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
            Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("old"));
        }
        finally
        {
            _database.Rejects = static _ => false;
        }
    }

    [Test]
    public async Task The_end_of_the_app_has_the_store_get_what_is_pending()
    {
        await using (BehindApp app = await BehindApp.StartAsync(_backend.Endpoints, _database, static options => options.BatchDelay = TimeSpan.FromHours(1)))
        {
            for (int i = 0; i < 20; i++)
                await app.Cache.SetAsync(_key + i, "new");
            await app.StopAsync();
        }

        Assert.That(Enumerable.Range(_key, 20).Select(key => _database.Rows.GetValueOrDefault(key)), Has.All.EqualTo("new"));
    }

    /// <summary>Has an instance load the key, and holds it up when it has read the old row.</summary>
    private async Task<(TaskCompletionSource Go, Task Load)> HoldLoadAsync(BehindApp app)
    {
        TaskCompletionSource go = new();
        int loads = 0;
        _database.After = () => Interlocked.Increment(ref loads) == 1 ? go.Task : Task.CompletedTask;
        Task load = app.Cache.GetAsync(_key).AsTask();
        await Poll.UntilAsync(() => Volatile.Read(ref loads) == 1, "the load to have read");
        return (go, load);
    }

    private async Task ReleaseAfterFlushAsync(TaskCompletionSource go, Task load)
    {
        await _one.Cache.FlushAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_database.Rows[_key], Is.EqualTo("new"));
        go.SetResult();
        await load;
        Assert.That((await _one.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
        Assert.That((await _two.Cache.GetAsync(_key)).Value, Is.EqualTo("new"));
    }
}

[TestFixture]
internal sealed class RedisBehindTests() : BehindContractTests(RedisBackend.StartAsync);

[TestFixture]
internal sealed class GarnetBehindTests() : BehindContractTests(GarnetBackend.StartAsync);

[TestFixture]
internal sealed class MemcachedBehindTests() : BehindContractTests(MemcachedBackend.StartAsync);

/// <summary>Nodes inside the process share nothing, so that there is one instance.</summary>
[TestFixture]
internal sealed class MemoryBehindTests() : BehindContractTests(MemoryBackend.StartAsync, isShared: false);
