using System.Collections.Concurrent;
using System.Diagnostics;
using CacheRing.IntegrationTests.Contract;
using CacheRing.Sharding;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>A node that is well is never out, however busy this process is, and however much it sends.</summary>
public abstract class HealthyNodeTests
{
    private const int Keys = 300;
    private const long LineBytesPerSecond = 10 * 1024 * 1024;

    private readonly Func<Task<IBreakableServers>> _start;
    private readonly ConcurrentQueue<NodeHealthChangedEventArgs> _changes = new();
    private readonly List<FaultProxy> _proxies = [];
    private IBreakableServers _servers = null!;
    private CacheUnderTest _app = null!;
    private string[] _keys = null!;

    protected HealthyNodeTests(Func<Task<IBreakableServers>> start)
    {
        _start = start;
    }

    [SetUp]
    public async Task StartAsync()
    {
        _changes.Clear();
        _servers = await _start();
        foreach (Uri server in _servers.Endpoints.Select(static endpoint => new Uri(endpoint)))
            _proxies.Add(FaultProxy.Start(server.Host, server.Port));
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        foreach (FaultProxy proxy in _proxies)
            await proxy.DisposeAsync();
        _proxies.Clear();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [Test]
    public async Task Four_hundred_requests_at_once_that_each_need_the_processor_miss_nothing()
    {
        await WarmAsync(_servers.Endpoints);
        int missed = 0;
        await Task.WhenAll(Enumerable.Range(0, 400).Select(async caller =>
        {
            for (int i = 0; i < 8; i++)
            {
                if (await _app.Cache.GetAsync(_keys[(caller + i) % Keys]) is null)
                    Interlocked.Increment(ref missed);
                Work(TimeSpan.FromMilliseconds(2));
            }
        }));
        AssertWell(missed);
    }

    [Test]
    public async Task A_pool_of_which_every_thread_is_blocked_for_two_seconds_misses_nothing()
    {
        await WarmAsync(_servers.Endpoints);
        using ManualResetEventSlim freed = new();
        Task<byte[]?>[] reads = [.. _keys.Select(key => _app.Cache.GetAsync(key))];
        const int Blocking = 500;
        int ended = 0;
        for (int i = 0; i < Blocking; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                freed =>
                {
                    freed.Wait(TimeSpan.FromSeconds(10));
                    Interlocked.Increment(ref ended);
                },
                freed,
                preferLocal: false);
        }

        reads = [.. reads, .. _keys.Select(key => _app.Cache.GetAsync(key))];

        // Not by a timer, which needs the pool.
        new Thread(() =>
        {
            freed.Wait(TimeSpan.FromSeconds(2));
            freed.Set();
        }).Start();
        byte[]?[] read = await Task.WhenAll(reads);
        await Poll.UntilAsync(() => Volatile.Read(ref ended) == Blocking, "all who blocked to go on", TimeSpan.FromSeconds(60));
        AssertWell(read.Count(static value => value is null));
    }

    [Test]
    public async Task Large_values_on_a_slow_line_are_read_and_written_and_small_ones_beside_them_not_missed()
    {
        await WarmAsync(Proxied);
        foreach (FaultProxy proxy in _proxies)
            proxy.Trickle(64 * 1024, TimeSpan.FromSeconds(64.0 * 1024 / LineBytesPerSecond));
        byte[] large = new byte[6 * 1024 * 1024];
        string key = _app.KeysOf(0, 1)[0] + "-large";
        string[] beside = [.. _keys.Where(small => _app.Cache.Locate(small).Owner == _app.Cache.Locate(key).Owner)];
        int missed = 0;
        using CancellationTokenSource done = new();
        Task readers = Task.WhenAll(Enumerable.Range(0, 4).Select(async reader =>
        {
            for (int i = reader; !done.IsCancellationRequested; i++)
            {
                if (await _app.Cache.GetAsync(beside[i % beside.Length]) is null)
                    Interlocked.Increment(ref missed);
            }
        }));
        for (int i = 0; i < 3; i++)
        {
            await _app.Cache.SetAsync(key, large, new());
            Assert.That(await _app.Cache.GetAsync(key), Has.Length.EqualTo(large.Length), $"round {i}");
        }

        await done.CancelAsync();
        await readers;
        AssertWell(missed);
    }

    [TestCase(20)]
    [TestCase(100)]
    [TestCase(300)]
    public async Task Synchronous_callers_that_hold_every_thread_of_the_pool_miss_nothing(int callers)
    {
        await WarmAsync(_servers.Endpoints);
        int missed = 0;
        int left = callers;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long longest = 0;
        for (int caller = 0; caller < callers; caller++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                first =>
                {
                    for (int i = 0; i < 10; i++)
                    {
                        long begun = Stopwatch.GetTimestamp();
                        if (_app.Cache.Get(_keys[(first + i) % Keys]) is null)
                            Interlocked.Increment(ref missed);
                        long took = Stopwatch.GetTimestamp() - begun;
                        for (long seen = Volatile.Read(ref longest); took > seen; seen = Volatile.Read(ref longest))
                            Interlocked.CompareExchange(ref longest, took, seen);
                    }

                    if (Interlocked.Decrement(ref left) == 0)
                        ended.SetResult();
                },
                caller,
                preferLocal: false);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
        TimeSpan most = Stopwatch.GetElapsedTime(0, longest);
        TestContext.Out.WriteLine($"longest call of {callers} callers: {most.TotalMilliseconds:F0} ms");
        AssertWell(missed);
        Assert.That(most, Is.LessThan(TimeSpan.FromSeconds(5)), "without threads for them, 20 callers wait for 3 s, and 100 for 20");
        await Poll.UntilAsync(() => BlockedThreads.Provided <= 16, "the pool's minimum to be lowered again");
    }

    [Test]
    public async Task A_batch_of_a_hundred_thousand_keys_is_written_and_read_whole()
    {
        await WarmAsync(_servers.Endpoints);
        byte[] value = new byte[2000];
        KeyValuePair<string, byte[]>[] entries = [.. Enumerable.Range(0, 100_000).Select(i => KeyValuePair.Create($"batch-{i}", value))];
        CacheBatchOutcome written = await _app.Cache.SetManyAsync(entries, new());
        Assert.That(written.Unavailable, Is.Empty);
        CacheBatch read = await _app.Cache.GetManyAsync(entries.Select(static entry => entry.Key));
        Assert.That((read.Count, read.Unavailable.Count), Is.EqualTo((entries.Length, 0)));
        AssertWell((await Task.WhenAll(_keys.Select(key => _app.Cache.GetAsync(key)))).Count(static value => value is null));
    }

    [Test]
    public async Task A_connection_that_is_cut_under_load_costs_no_hit()
    {
        await WarmAsync(Proxied);
        int missed = 0;
        int missedInBatches = 0;
        using CancellationTokenSource done = new();
        Task readers = Task.WhenAll(Enumerable.Range(0, 32).Select(async reader =>
        {
            for (int i = reader; !done.IsCancellationRequested; i++)
            {
                if (await _app.Cache.GetAsync(_keys[i % Keys]) is null)
                    Interlocked.Increment(ref missed);
                if (i % 16 == 0)
                    Interlocked.Add(ref missedInBatches, 20 - (await _app.Cache.GetManyAsync(_keys[..20])).Count);
            }
        }));

        // Each once: a read is sent once more, and not twice.
        for (int i = 0; i < _proxies.Count; i++)
        {
            int before = _changes.Count;
            _proxies[i].Reset();
            await Poll.UntilAsync(() => _changes.Count > before && _app.Cache.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "the node to be back");
        }

        await done.CancelAsync();
        await readers;
        Assert.That((missed, missedInBatches), Is.EqualTo((0, 0)), $"one by one, and in batches\n{Story()}");
        AssertWell(missed);
    }

    private IEnumerable<string> Proxied => _proxies.Zip(
        _servers.Endpoints, static (proxy, endpoint) => FormattableString.Invariant($"{new Uri(endpoint).Scheme}://127.0.0.1:{proxy.Port}"));

    private async Task WarmAsync(IEnumerable<string> endpoints)
    {
        _app = CacheUnderTest.Over(endpoints, static options => options.MaxValueBytes = 16 * 1024 * 1024);
        _app.Cache.NodeHealthChanged += (_, change) => _changes.Enqueue(change);
        await _app.SettledAsync();
        _keys = [.. Enumerable.Range(0, Keys).Select(static i => $"warm-{i}")];
        foreach (string key in _keys)
            await _app.Cache.SetAsync(key, new byte[200], new());
        _changes.Clear();
    }

    // What was logged, each line once.
    private string Story() => string.Join('\n', _app.Log.GetSnapshot()
        .Where(static record => record.Category == "CacheRing")
        .GroupBy(static record => $"{record.Id.Id} {record.Exception?.Message ?? record.Message} {record.Exception?.InnerException?.Message}")
        .Select(static lines => $"{lines.First().Timestamp:ss.fff} x{lines.Count()} {lines.Key}"));

    private void AssertWell(int missed) => Assert.Multiple(() =>
    {
        Assert.That(_changes.Where(static change => change.Current == NodeHealth.Ejected).Select(static change => change.Reason?.Message), Is.Empty, "nobody is ejected");
        Assert.That(missed, Is.Zero, "nothing is missed");
        Assert.That(_app.Cache.GetNodes().Sum(static node => node.QueuedKeys), Is.Zero, "nothing is queued");
    });

    private static void Work(TimeSpan time)
    {
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(begun) < time)
            Thread.SpinWait(50);
    }
}

/// <summary>Of a Redis node.</summary>
[TestFixture]
public sealed class HealthyRedisTests() : HealthyNodeTests(BreakableRedis.StartAsync);

/// <summary>Of a Memcached node.</summary>
[TestFixture]
public sealed class HealthyMemcachedTests() : HealthyNodeTests(BreakableMemcached.StartAsync);
