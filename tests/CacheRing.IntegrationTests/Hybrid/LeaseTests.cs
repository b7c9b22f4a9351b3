using System.Diagnostics;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// Two instances of an app, of which one loads and the other waits: for how long, and what ends it. Leases are long here, so
/// that nothing which happens soon is due to the end of one.
/// </summary>
public abstract class LeaseTests(Func<Task<OneServer>> start)
{
    private const string Key = "price";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    private OneServer _server = null!;
    private HybridApp _one = null!;
    private HybridApp _two = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await start();
        _one = await HybridApp.StartAsync([_server.ProxiedEndpoint], WithLongLease);
        _two = await HybridApp.StartAsync([_server.Endpoint], WithLongLease);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_caller_waits_for_another_process_as_long_as_it_was_told_to_and_then_loads_for_itself()
    {
        TimeSpan patience = TimeSpan.FromMilliseconds(400);
        using Load slow = Load.Begin(_one);
        await slow.Begun;
        long called = Stopwatch.GetTimestamp();
        int value = await _two.Hybrid.GetOrCreateAsync(
            Key, static _ => ValueTask.FromResult(2), new ShardedHybridCacheEntryOptions { LeaseWait = patience }).AsTask().WaitAsync(Soon);
        Assert.That(value, Is.EqualTo(2));
        Assert.That(Stopwatch.GetElapsedTime(called), Is.GreaterThanOrEqualTo(patience));
        slow.End(1);
        Assert.That(await slow.Call, Is.EqualTo(1), "its own caller has what it waited for");
    }

    [Test]
    public async Task A_caller_who_is_told_not_to_wait_loads_at_once()
    {
        using Load slow = Load.Begin(_one);
        await slow.Begun;
        ShardedHybridCacheEntryOptions options = new() { LeaseWait = TimeSpan.Zero };
        Assert.That(await _two.Hybrid.GetOrCreateAsync(Key, static _ => ValueTask.FromResult(2), options).AsTask().WaitAsync(Soon), Is.EqualTo(2));
    }

    [Test]
    public async Task When_the_last_who_waits_for_a_load_is_cancelled_another_process_loads_at_once()
    {
        using Load first = Load.Begin(_one);
        await first.Begun;
        using CancellationTokenSource another = new();
        Task<int> second = _one.Hybrid.GetOrCreateAsync(Key, static _ => ValueTask.FromResult(0), cancellationToken: another.Token).AsTask();
        using Load waiting = Load.Begin(_two);

        await first.CancelAsync();
        Assert.That(() => first.Call.WaitAsync(Soon), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(waiting.Begun.IsCompleted, Is.False, "one of the two still waits");
        await another.CancelAsync();
        await waiting.Begun.WaitAsync(Soon);
        Assert.That(() => second.WaitAsync(Soon), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task When_a_load_fails_another_process_loads_at_once()
    {
        using Load first = Load.Begin(_one);
        await first.Begun;
        using Load waiting = Load.Begin(_two);
        first.Fail();
        await waiting.Begun.WaitAsync(Soon);
        waiting.End(2);
        Assert.That(await waiting.Call.WaitAsync(Soon), Is.EqualTo(2));
        Assert.That(() => first.Call, Throws.InvalidOperationException);
    }

    [Test]
    public async Task When_a_caller_is_cancelled_while_it_takes_the_lease_another_process_loads_at_once()
    {
        // In each step between the call and the load: the read, the lease, what a first load needs beside it.
        for (int commands = 0; commands < 8; commands++)
        {
            string key = $"{Key}-{commands}";
            _server.Proxy.Delay = TimeSpan.FromMilliseconds(20);
            using Load first = Load.Begin(_one, key);
            await Task.Delay(TimeSpan.FromMilliseconds(10 + (20 * commands)));
            await first.CancelAsync();
            _server.Proxy.Delay = TimeSpan.Zero;
            Assert.That(() => first.Call.WaitAsync(Soon), Throws.InstanceOf<OperationCanceledException>());
            using Load second = Load.Begin(_two, key);
            await second.Begun.WaitAsync(Soon);
        }
    }

    private static void WithLongLease(ShardedHybridCacheOptions options) =>
        options.DefaultEntryOptions = new() { LeaseDuration = Lease, LeaseWait = Lease };

    /// <summary>A call whose load begins, and goes on until it is told to end.</summary>
    private sealed class Load : IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _cancellation = new();

        private Load()
        {
        }

        public Task Begun => _begun.Task;

        public Task<int> Call { get; private set; } = null!;

        public static Load Begin(HybridApp app, string key = Key)
        {
            Load load = new();
            load.Call = app.Hybrid.GetOrCreateAsync(
                key,
                async cancellation =>
                {
                    load._begun.TrySetResult();
                    return await load._value.Task.WaitAsync(cancellation);
                },
                cancellationToken: load._cancellation.Token).AsTask();
            return load;
        }

        public void End(int value) => _value.TrySetResult(value);

        public void Fail() => _value.TrySetException(new InvalidOperationException("down"));

        public Task CancelAsync() => _cancellation.CancelAsync();

        public void Dispose()
        {
            _value.TrySetResult(0);
            _cancellation.Dispose();
        }
    }
}

/// <summary>Leases on a redis-server.</summary>
[TestFixture]
public sealed class RedisLeaseTests() : LeaseTests(OneServer.RedisAsync);

/// <summary>Leases on memcached.</summary>
[TestFixture]
public sealed class MemcachedLeaseTests() : LeaseTests(OneServer.MemcachedAsync);
