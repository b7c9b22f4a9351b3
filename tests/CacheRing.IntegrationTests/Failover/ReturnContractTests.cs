using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.DependencyInjection;
using System.Diagnostics.Metrics;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>A node that comes back never serves what was written over or removed while it was away.</summary>
public abstract partial class ReturnContractTests(Func<Task<IBreakableServers>> start)
{
    private IBreakableServers _servers = null!;
    private CacheUnderTest _app = null!;
    private CacheUnderTest _other = null!;
    private string[] _own = null!;

    protected IBreakableServers Servers => _servers;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = await start();
        _app = CacheUnderTest.Over(_servers.Endpoints);
        _other = CacheUnderTest.Over(_servers.Endpoints);
        await _app.SettledAsync();
        await _other.SettledAsync();
        _own = _app.KeysOf(0, 40);
        foreach (string key in _own)
            await _app.Cache.SetAsync(key, [1], new());
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_other is not null)
            await _other.DisposeAsync();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [Test]
    public async Task A_remove_says_whether_it_holds_for_everyone_alone_and_in_a_batch()
    {
        string[] others = _app.KeysOf(1, 2);
        Assert.That(await _app.Cache.TryRemoveAsync(_own[0]), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That((await _app.Cache.RemoveManyAsync([_own[1], others[0]])).IsComplete, Is.True);

        _servers.Freeze(0);
        Assert.That(await _app.Cache.TryRemoveAsync(_own[2]), Is.EqualTo(RemoveOutcome.Queued));
        Assert.That(await _app.Cache.TryRemoveAsync(others[1]), Is.EqualTo(RemoveOutcome.Applied), "another node's");
        await _app.EjectedAsync(0, _own[3]);
        Assert.That(await _app.Cache.TryRemoveAsync(_own[3]), Is.EqualTo(RemoveOutcome.Queued), "without asking");
        Assert.That((await _app.Cache.RemoveManyAsync([_own[4], others[0]])).Unavailable, Is.EqualTo([_own[4]]));
        Assert.That((await _app.Cache.SetManyAsync([new(_own[5], [2]), new(others[0], [2])], new())).Unavailable, Is.EqualTo([_own[5]]));
        Assert.That(_app.Cache.GetNodes()[0].QueuedKeys, Is.EqualTo(4));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_was_removed_or_written_over_while_it_stood_still_is_read_by_nobody_afterwards(bool ejected)
    {
        _servers.Freeze(0);
        if (ejected)
            await _app.EjectedAsync(0, _own[^1]);
        await Task.WhenAll(
            _app.Cache.RemoveAsync(_own[0]),
            _app.Cache.SetAsync(_own[1], [2], new()),
            _app.Cache.TryRemoveAsync(_own[2]).AsTask(),
            _app.Cache.SetManyAsync([new(_own[3], [2])], new()).AsTask(),
            _app.Cache.RemoveManyAsync([_own[4]]).AsTask());
        _servers.Thaw(0);

        // Its own client: from the moment at which the call returned.
        await Poll.UntilAsync(
            async () =>
            {
                for (int i = 0; i < 5; i++)
                    Assert.That(await _app.Cache.GetAsync(_own[i]), Is.Not.EqualTo(new byte[] { 1 }), $"key {i}");
                CacheBatch batch = await _app.Cache.GetManyAsync(_own[..5]);
                Assert.That(batch.Values, Has.None.EqualTo(new byte[] { 1 }));
                return _app.Cache.GetNodes()[0] is { Health: NodeHealth.Healthy, QueuedKeys: 0 };
            },
            "the node to serve again");

        // All others: from the end of the delivery.
        await _other.SettledAsync();
        for (int i = 0; i < 5; i++)
            Assert.That(await _other.Cache.GetAsync(_own[i]), Is.Null, $"key {i}");
    }

    [Test]
    public async Task What_nobody_touched_meanwhile_is_still_there()
    {
        for (int round = 0; round < 3; round++)
        {
            _servers.Freeze(0);
            await _app.EjectedAsync(0, _own[0]);
            await _app.Cache.RemoveAsync(_own[round]);
            _servers.Thaw(0);
            await _app.SettledAsync();
        }

        await _other.SettledAsync();
        foreach (string key in _own[3..])
            Assert.That(await _other.Cache.GetAsync(key), Is.EqualTo([1]));
        Assert.That(_app.Logged(13), Is.Empty, "nobody gave it a new generation");
    }

    [Test]
    public async Task A_killed_node_goes_through_every_state_once_each_is_logged_counted_and_told()
    {
        using MetricCollector<long> transitions = new(
            _app.Services.GetRequiredService<IMeterFactory>(), CacheRingDiagnostics.MeterName, "cachering.node.transitions");
        List<NodeHealthChangedEventArgs> told = [];
        _app.Cache.NodeHealthChanged += (_, change) =>
        {
            lock (told)
            {
                told.Add(change);
            }
        };
        _app.Cache.NodeHealthChanged += static (_, _) => throw new InvalidOperationException("a listener's own fault");

        await _servers.KillAsync(0);
        await _app.EjectedAsync(0, _own[0]);
        await _servers.RestartAsync(0);
        await _app.SettledAsync();
        await Poll.UntilAsync(() => Told().LastOrDefault()?.Current == NodeHealth.Healthy, "the last change to be told");

        NodeHealthChangedEventArgs[] changes = Told();
        Assert.That(changes.Select(static change => change.NodeName), Is.All.EqualTo("node-0"));
        Assert.That(changes.Zip(changes.Skip(1), static (one, next) => one.Current == next.Previous), Is.All.True, "a chain");
        Assert.That(changes[^2..].Select(static change => change.Current), Is.EqualTo([NodeHealth.Rejoining, NodeHealth.Healthy]));
        Assert.That(changes.First(static change => change.Current == NodeHealth.Ejected).Reason!.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(changes[^1].Reason, Is.Null);
        Assert.That(transitions.GetMeasurementSnapshot(), Has.Count.EqualTo(changes.Length));
        Assert.That((_app.Logged(7).Length, _app.Logged(8).Length), Is.EqualTo((1, 1)), "out once, back once");
        Assert.That(_app.Logged(10), Is.Not.Empty, "a handler's fault is logged, and hurts nobody");

        NodeHealthChangedEventArgs[] Told()
        {
            lock (told)
            {
                return [.. told];
            }
        }
    }

    [Test]
    public async Task A_killed_node_is_given_up_though_nobody_asks_it_anything()
    {
        await _servers.KillAsync(0);
        await _app.BecomesAsync(0, NodeHealth.Ejected);
        Assert.That(_app.Logged(1), Is.Empty, "no call has failed");
        Assert.That(_app.Logged(7)[0], Does.Contain("cannot be reached"));
    }

    [Test]
    public async Task A_client_whose_connection_flaps_fifty_times_with_writes_under_way_costs_the_others_no_hits()
    {
        await using FaultProxy proxy = FaultProxy.Start("127.0.0.1", new Uri(_servers.Endpoints[0]).Port);
        UriBuilder through = new(_servers.Endpoints[0]) { Port = proxy.Port };
        await using CacheUnderTest flapping = CacheUnderTest.Over([through.Uri.ToString().TrimEnd('/'), .. _servers.Endpoints.Skip(1)], static options =>
        {
            options.Failover.ReconnectDelay = TimeSpan.FromMilliseconds(20);
            options.Failover.ProbeInterval = TimeSpan.FromMilliseconds(10);
            options.Failover.MaxProbeInterval = TimeSpan.FromMilliseconds(50);
        });
        await flapping.SettledAsync();
        string[] theirs = _app.KeysOf(0, 60)[40..];
        using CancellationTokenSource done = new();
        long hits = 0;
        long reads = 0;
        Task reading = ReadAsync();
        Task working = WorkAsync();
        for (int flap = 0; flap < 50; flap++)
        {
            proxy.Cut();
            await Poll.UntilAsync(() => flapping.Cache.GetNodes()[0].Health != NodeHealth.Healthy, "the cut to be noticed");
            proxy.Heal();
            await flapping.SettledAsync();
        }

        await done.CancelAsync();
        await Task.WhenAll(reading, working);
        Assert.That(reads, Is.GreaterThan(1000));
        Assert.That((double)hits / reads, Is.GreaterThan(0.99));
        Assert.That(flapping.Logged(13), Is.Empty, "no new generation");

        async Task ReadAsync()
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                reads++;
                if (await _other.Cache.GetAsync(_own[i % _own.Length]) is [1])
                    hits++;
            }
        }

        async Task WorkAsync()
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                string key = theirs[i % theirs.Length];
                await flapping.Cache.GetAsync(key);
                if (i % 3 == 0)
                    await flapping.Cache.RemoveAsync(key);
                else
                    await flapping.Cache.SetAsync(key, [2], new());
            }
        }
    }

    [Test]
    public async Task When_most_nodes_look_dead_no_more_than_half_are_given_up_and_that_is_said_once()
    {
        for (int i = 0; i < 3; i++)
            await _servers.KillAsync(i);
        string[] keys = [.. Enumerable.Range(0, 3).Select(i => _app.KeysOf(i, 1)[0])];
        await Poll.UntilAsync(
            async () =>
            {
                foreach (string key in keys)
                    Assert.That(await _app.Cache.GetAsync(key), Is.Null);
                return _app.Logged(11).Length > 0;
            },
            "this process to be suspected");
        for (int i = 0; i < 20; i++)
        {
            foreach (string key in keys)
                Assert.That(await _app.Cache.GetAsync(key), Is.Null);
        }

        Assert.That(_app.Logged(11), Has.Length.EqualTo(1));
        Assert.That(_app.Logged(7), Has.Length.EqualTo(1), "one of three is out");
        for (int i = 0; i < 3; i++)
            await _servers.RestartAsync(i);
        await _app.SettledAsync();
    }

    [Test]
    public async Task Reads_confirm_the_generation_once_a_second_at_most_and_an_idle_client_sends_nothing()
    {
        await using FaultProxy proxy = FaultProxy.Start("127.0.0.1", new Uri(_servers.Endpoints[0]).Port);
        UriBuilder through = new(_servers.Endpoints[0]) { Port = proxy.Port };
        await using CacheUnderTest app = CacheUnderTest.Over([through.Uri.ToString().TrimEnd('/'), .. _servers.Endpoints.Skip(1)]);
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync(_own[0]), Is.EqualTo([1]));

        // Absence takes time: longer than a confirmation holds, and than any probe.
        long before = proxy.BytesToServer;
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.That(proxy.BytesToServer, Is.EqualTo(before), "idle");

        before = proxy.BytesToServer;
        for (int i = 0; i < 200; i++)
            Assert.That(await app.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        long plain = (proxy.BytesToServer - before) / 200;
        Assert.That(plain, Is.LessThan(60), "a GET of a short key, and a few times the record's");
    }
}

/// <summary>Over redis-server processes.</summary>
[TestFixture]
public sealed class RedisReturnTests() : ReturnContractTests(BreakableRedis.StartAsync);

/// <summary>Over memcached processes.</summary>
[TestFixture]
public sealed class MemcachedReturnTests() : ReturnContractTests(BreakableMemcached.StartAsync);
