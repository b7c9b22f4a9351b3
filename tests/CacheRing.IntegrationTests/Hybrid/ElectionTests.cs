using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// A value that is there and is to be loaded anew, before its end or after it: of two instances, each with many readers, one
/// loads it.
/// </summary>
public abstract class ElectionTests(Func<Task<OneServer>> start)
{
    private const string Key = "price";
    private const int LoadMilliseconds = 60;

    private OneServer _server = null!;
    private HybridApp[] _apps = null!;
    private int _loads;
    private int _underWay;
    private int _mostAtATime;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await start();
        _apps = [await HybridApp.StartAsync([_server.Endpoint]), await HybridApp.StartAsync([_server.Endpoint])];
        (_loads, _underWay, _mostAtATime) = (0, 0, 0);
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (HybridApp app in _apps)
            await app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_value_that_is_much_read_is_loaded_anew_before_its_end_by_one_of_all_processes()
    {
        const int Refreshes = 20;

        // So many reads a second that chance begins it long before the end.
        ShardedHybridCacheEntryOptions options = new() { Expiration = TimeSpan.FromSeconds(4), EarlyRefreshBeta = 10 };
        await ReadAsync(_apps[0], options);
        using CancellationTokenSource ended = new(TimeSpan.FromSeconds(40));
        await Task.WhenAll(_apps.Select(async app =>
        {
            while (Volatile.Read(ref _loads) <= Refreshes)
            {
                ended.Token.ThrowIfCancellationRequested();
                int loaded = Volatile.Read(ref _loads);
                Task<int>[] reads = [.. Enumerable.Range(0, 20).Select(_ => ReadAsync(app, options))];
                Assert.That(await Task.WhenAll(reads), Has.All.InRange(loaded - 1, _loads), "what was loaded last may not be stored yet");
                await Task.Delay(5);
            }
        }));
        Assert.That(_mostAtATime, Is.EqualTo(1));
    }

    [Test]
    public async Task An_expired_value_that_is_kept_for_failures_is_loaded_anew_by_one_of_all_processes()
    {
        await ExpiredAsync();
        ShardedHybridCacheEntryOptions longer = new() { FailSafeDuration = TimeSpan.FromMinutes(1) };
        int[] values = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => ReadAsync(_apps[i % 2], longer))).WaitAsync(Poll.DefaultDeadline);
        Assert.That(values, Has.All.EqualTo(2));
        Assert.That(_loads, Is.EqualTo(2), "with the first");
    }

    [Test]
    public async Task When_the_process_that_loads_an_expired_value_goes_away_another_begins_to_load_it_a_lease_later()
    {
        await ExpiredAsync();
        TimeSpan lease = TimeSpan.FromMilliseconds(300);
        ShardedHybridCacheEntryOptions options = new() { FailSafeDuration = TimeSpan.FromMinutes(1), LeaseDuration = lease };
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<int> never = new();
        Task<int> lost = _apps[0].Hybrid.GetOrCreateAsync(
            Key,
            async _ =>
            {
                begun.SetResult();
                return await never.Task;
            },
            options).AsTask();
        await begun.Task.WaitAsync(Poll.DefaultDeadline);
        Task<int> waiting = ReadAsync(_apps[1], options);
        await Task.Delay(2 * lease);
        Assert.That(waiting.IsCompleted, Is.False, "it waits for as long as the other lives");

        await _apps[0].DisposeAsync();
        Assert.That(await waiting.WaitAsync((2 * lease) + TimeSpan.FromMilliseconds(LoadMilliseconds)), Is.EqualTo(2));
        never.SetResult(0);
        await lost;
    }

    /// <summary>A value is there, and has expired.</summary>
    private async Task ExpiredAsync()
    {
        ShardedHybridCacheEntryOptions brief = new() { Expiration = TimeSpan.FromMilliseconds(300), FailSafeDuration = TimeSpan.FromMinutes(1) };
        ShardedHybridCacheEntryOptions peek = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        await ReadAsync(_apps[0], brief);
        await Poll.UntilAsync(async () => await ReadAsync(_apps[1], peek) == 0, "the value to expire");
    }

    private Task<int> ReadAsync(HybridApp app, ShardedHybridCacheEntryOptions options) =>
        app.Hybrid.GetOrCreateAsync(Key, LoadAsync, options).AsTask();

    private async ValueTask<int> LoadAsync(CancellationToken cancellation)
    {
        int underWay = Interlocked.Increment(ref _underWay);
        for (int most = _mostAtATime; underWay > most; most = _mostAtATime)
            Interlocked.CompareExchange(ref _mostAtATime, underWay, most);
        await Task.Delay(LoadMilliseconds, cancellation);
        Interlocked.Decrement(ref _underWay);
        return Interlocked.Increment(ref _loads);
    }
}

/// <summary>Elections on a redis-server.</summary>
[TestFixture]
public sealed class RedisElectionTests() : ElectionTests(OneServer.RedisAsync);

/// <summary>Elections on memcached.</summary>
[TestFixture]
public sealed class MemcachedElectionTests() : ElectionTests(OneServer.MemcachedAsync);
