using System.Collections.Concurrent;
using System.Globalization;
using CacheRing.BehindClient;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;
using CacheRing.Testing.Behind;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>
/// A SQLite database behind a real server that is slow, fails at times, with one key, or with all for a while (for
/// CACHERING_OUTAGE seconds; 3 by default): nothing is lost, nothing is out of order, and no more is pending than may be.
/// </summary>
[TestFixture]
internal sealed class FaultyStoreTests : IDeadLetterSink<int, long>
{
    private const int Keys = 200;
    private const int MostPending = 60;
    private const int Bad = 13;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("CACHERING_OUTAGE") ?? "3", CultureInfo.InvariantCulture));

    private readonly ConcurrentQueue<DeadLetter<int, long>> _letters = new();
    private readonly long[] _written = new long[Keys];
    private StoreFault _fault = null!;
    private string _folder = "";
    private BehindClientSettings _settings = null!;
    private RedisServer _server = null!;
    private HybridApp _app = null!;
    private IWriteBehindCache<int, long> _cache = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = Directory.CreateTempSubdirectory("cachering-faults-").FullName;
        _server = await RedisServer.StartAsync();
        _settings = new() { Endpoints = [_server.Endpoint], Database = Path.Combine(_folder, "rows.db"), Acknowledged = "", Keys = Keys, Workers = 4 };
        SqliteStore.Create(_settings);
        _fault = new StoreFault();
        _letters.Clear();
        Array.Clear(_written);
        _app = await HybridApp.StartAsync(_settings.Endpoints, null, null, services =>
        {
            services.AddSingleton(_settings).AddSingleton<SqliteStore>().AddSingleton(_fault).AddSingleton<IDeadLetterSink<int, long>>(this);
            new HybridApp.Builder(services).AddWriteBehind<int, long, FaultyStore>("rows", static options =>
            {
                options.BatchDelay = TimeSpan.FromMilliseconds(20);
                options.BatchSize = 20;
                options.MaxPending = MostPending;
                options.FullTimeout = TimeSpan.FromMinutes(5);
                options.RetryDelay = TimeSpan.FromMilliseconds(5);
                options.MaxRetryDelay = TimeSpan.FromMilliseconds(20);

                // One in three fails: so often in a row only what fails for ever does.
                options.MaxAttempts = 30;
            });
        });
        _cache = _app.App.Services.GetRequiredService<IWriteBehindCache<int, long>>();
    }

    [TearDown]
    public async Task Stop()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_slow_store_makes_writers_wait_and_gets_everything()
    {
        _fault.Before = static _ => Task.Delay(5);
        await WriteAsync(2_000);
        await AssertAllAsync();
    }

    [Test]
    public async Task One_that_fails_one_time_in_three_gets_everything()
    {
        int calls = 0;
        _fault.Before = _ => Interlocked.Increment(ref calls) % 3 == 0 ? throw new InvalidOperationException("busy") : Task.CompletedTask;
        await WriteAsync(4_000);
        await AssertAllAsync();
        Assert.That(_letters, Is.Empty);
    }

    [Test]
    public async Task A_key_that_fails_for_ever_goes_to_the_dead_letters_and_no_other_waits_for_it()
    {
        _fault.Before = static keys => keys.Contains(Bad) ? throw new InvalidOperationException("no 13") : Task.CompletedTask;
        await WriteAsync(4_000);

        // That it is the key's fault is seen by the others that go through meanwhile.
        Task flush = _cache.FlushAsync().AsTask();
        await Poll.UntilAsync(
            async () =>
            {
                await _cache.SetAsync(0, ++_written[0]);
                return flush.IsCompleted;
            },
            "the last write of the key to be given up",
            TimeSpan.FromMinutes(1));
        await flush;
        await AssertAllAsync(Bad);
        Assert.That(_letters.Select(static letter => letter.Write.Key), Is.Not.Empty.And.All.EqualTo(Bad));
        Assert.That(_letters.Last().Write.Value, Is.EqualTo(_written[Bad]), "the last one, too");
        Assert.That(SqliteRows.Read(_settings).Versions.ContainsKey(Bad), Is.False);
    }

    [Test]
    public async Task One_that_is_down_for_a_while_gets_everything_when_it_is_back()
    {
        bool isDown = true;
        _fault.Before = _ => Volatile.Read(ref isDown) ? throw new InvalidOperationException("down") : Task.CompletedTask;
        Task writing = WriteAsync(2_000);
        await Poll.UntilAsync(() => _cache.Status.IsStoreDown && _cache.Status.Pending == MostPending, "the store to be held to be down, and the cache to be full");
        await Task.Delay(Outage);
        Assert.That(writing.IsCompleted, Is.False, "the writers wait");
        Assert.That(_letters, Is.Empty);
        Volatile.Write(ref isDown, false);
        await writing.WaitAsync(TimeSpan.FromMinutes(1));
        await AssertAllAsync();
        Assert.That(_letters, Is.Empty);
    }

    public ValueTask WriteAsync(DeadLetter<int, long> letter, CancellationToken cancellationToken)
    {
        _letters.Enqueue(letter);
        return default;
    }

    private async Task WriteAsync(int writes) => await Task.WhenAll(Enumerable.Range(0, _settings.Workers).Select(worker => Task.Run(async () =>
    {
        // A key has one writer.
        Random random = new(worker);
        for (int i = 0; i < writes / _settings.Workers; i++)
        {
            int key = (random.Next(Keys / _settings.Workers) * _settings.Workers) + worker;
            await _cache.SetAsync(key, _written[key] + 1);
            _written[key]++;
            Assert.That(_cache.Status.Pending, Is.LessThanOrEqualTo(MostPending));
        }
    })));

    private async Task AssertAllAsync(params int[] except)
    {
        await _cache.FlushAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        SqliteRows rows = SqliteRows.Read(_settings);
        foreach (int key in Enumerable.Range(0, Keys).Except(except).Where(key => _written[key] > 0))
        {
            Assert.That(rows.Versions[key], Is.EqualTo(_written[key]), $"key {key}");
            Assert.That((await _cache.GetAsync(key)).Value, Is.EqualTo(_written[key]), $"key {key}");
        }

        rows.AssertInOrder();
    }
}
