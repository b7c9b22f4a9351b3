using System.Diagnostics;
using CacheRing.Failover;
using CacheRing.Testing;
using Microsoft.Extensions.Logging;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>A dead or hanging node costs its own keys, for a bounded time a call, and nothing else.</summary>
public abstract class OutageContractTests
{
    // Far above the timeout of 250 ms and far below the 5 s that StackExchange.Redis's defaults take.
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(3);

    private readonly Func<Task<IBreakableServers>> _start;
    private IBreakableServers _servers = null!;
    private CacheUnderTest _app = null!;
    private string[] _own = null!;
    private string[] _others = null!;

    protected OutageContractTests(Func<Task<IBreakableServers>> start)
    {
        _start = start;
    }

    private IShardedCache Cache => _app.Cache;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = await _start();
        _app = CacheUnderTest.Over(_servers.Endpoints);
        _own = _app.KeysOf(0, 20);
        _others = [.. _app.KeysOf(1, 20), .. _app.KeysOf(2, 20)];
        foreach (string key in _own.Concat(_others))
            await Cache.SetAsync(key, [1], new());
        await Poll.UntilAsync(async () => await Cache.GetAsync(_own[^1]) is not null, "the cache to be warm");
    }

    [TearDown]
    public async Task StopAsync()
    {
        // Neither is there where the servers cannot be started and the test is skipped.
        if (_app is not null)
            await _app.DisposeAsync();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [TestCase("killed")]
    [TestCase("stopped")]
    public async Task Reads_of_its_keys_are_misses_writes_are_dropped_and_nobody_waits(string how)
    {
        await BreakAsync(how);
        Stopwatch longest = new();
        foreach (Func<Task> call in (Func<Task>[])
        [
            async () => Assert.That(await Cache.GetAsync(_own[0]), Is.Null),
            () => Cache.SetAsync(_own[1], [2], new()),
            () => Cache.RemoveAsync(_own[2]),
            () => Cache.RefreshAsync(_own[3]),
            async () => Assert.That(await Cache.TryGetAsync(_own[4], new System.Buffers.ArrayBufferWriter<byte>()), Is.False),
        ])
        {
            longest.Restart();
            await call();
            Assert.That(longest.Elapsed, Is.LessThan(Stalled));
        }

        foreach (string key in _others)
            Assert.That(await Cache.GetAsync(key), Is.EqualTo([1]), "the other nodes go on");
    }

    [TestCase("killed")]
    [TestCase("stopped")]
    public async Task A_batch_loses_the_keys_of_the_node_only(string how)
    {
        await BreakAsync(how);
        string[] all = [.. _own, .. _others];
        CacheBatch batch = await Cache.GetManyAsync(all);
        Assert.That(batch.Keys, Is.EquivalentTo(_others));
        Assert.That(batch.Unavailable, Is.EquivalentTo(_own));

        CacheBatchOutcome written = await Cache.SetManyAsync(all.Select(static key => KeyValuePair.Create(key, new byte[] { 2 })), new());
        Assert.That(written.Unavailable, Is.EquivalentTo(_own));
        Assert.That(await Cache.GetAsync(_others[0]), Is.EqualTo([2]));

        CacheBatchOutcome removed = await Cache.RemoveManyAsync(all);
        Assert.That(removed.Unavailable, Is.EquivalentTo(_own));
        Assert.That(removed.IsComplete, Is.False);
        Assert.That(await Cache.GetAsync(_others[0]), Is.Null);
    }

    [Test]
    public async Task It_is_logged_once_and_once_more_when_it_is_back()
    {
        await BreakAsync("killed");
        for (int i = 0; i < 50; i++)
            await Cache.GetAsync(_own[0]);
        await Poll.UntilAsync(() => Warnings().Any(static line => line.Contains("out of service", StringComparison.Ordinal)), "the node to be put out of service");
        for (int i = 0; i < 50; i++)
            await Cache.GetAsync(_own[0]);
        Assert.That(Warnings(), Has.Length.LessThanOrEqualTo(2), "once that it is out, and once, if a call has failed, that it fails");
        Assert.That(Warnings(), Has.Exactly(1).Contains("out of service"));
        Assert.That(Warnings(), Has.All.Contains("'node-0'"));
        Assert.That(Warnings()[0], Does.Contain("'node-0'").And.Contain("cannot be reached").And.Contain($"{new Uri(_servers.Endpoints[0]).Port}"));
        Assert.That(Messages(LogLevel.Information), Has.None.Contains("answers again"));

        await _servers.RestartAsync(0);
        await Poll.UntilAsync(
            async () =>
            {
                await Cache.SetAsync(_own[0], [3], new());
                return Messages(LogLevel.Information).Any(static message => message.Contains("'node-0' answers again", StringComparison.Ordinal));
            },
            "the node to be reported back");
        Assert.That(await Cache.GetAsync(_own[0]), Is.EqualTo([3]));
    }

    [Test]
    public async Task A_node_that_comes_back_serves_again_without_a_restart_of_the_app()
    {
        await BreakAsync("stopped");
        Assert.That(await Cache.GetAsync(_own[0]), Is.Null);
        _servers.Thaw(0);
        await Poll.UntilAsync(async () => await Cache.GetAsync(_own[0]) is not null, "the node to serve again");
    }

    [Test]
    public async Task With_Throw_a_read_says_which_node_failed_and_why_and_writes_are_still_dropped()
    {
        await using CacheUnderTest strict = CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.OnReadFailure = ReadFailureBehavior.Throw);
        Assert.That(await strict.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await BreakAsync("killed");

        NodeException error = await FailureOfAsync(strict, _own[0]);
        Assert.That(error.NodeName, Is.EqualTo("node-0"));
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        await strict.Cache.SetAsync(_own[0], [1], new());
        await strict.Cache.RemoveAsync(_own[0]);
        Assert.That((await strict.Cache.GetManyAsync(_own)).Unavailable, Has.Count.EqualTo(_own.Length), "a batch reports, and does not throw");
    }

    [Test]
    public async Task A_hanging_node_is_a_timeout()
    {
        await using CacheUnderTest strict = CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.OnReadFailure = ReadFailureBehavior.Throw);
        Assert.That(await strict.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await BreakAsync("stopped");
        Assert.That((await FailureOfAsync(strict, _own[0])).Kind, Is.EqualTo(NodeFailureKind.Timeout));
    }

    [Test]
    public async Task Cancelling_ends_the_wait_for_a_hanging_node()
    {
        await using CacheUnderTest patient = CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.OperationTimeout = TimeSpan.FromMinutes(1));
        Assert.That(await patient.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await BreakAsync("stopped");

        using CancellationTokenSource source = new();
        Task[] waiting =
        [
            patient.Cache.GetAsync(_own[0], source.Token),
            patient.Cache.TryGetAsync(_own[0], new System.Buffers.ArrayBufferWriter<byte>(), source.Token).AsTask(),
            patient.Cache.SetAsync(_own[0], [1], new(), source.Token),
            patient.Cache.RemoveAsync(_own[0], source.Token),
            patient.Cache.RefreshAsync(_own[0], source.Token),
            patient.Cache.GetManyAsync(_own, source.Token).AsTask(),
            patient.Cache.RemoveManyAsync(_own, source.Token).AsTask(),
        ];
        Assert.That(waiting, Has.None.Property(nameof(Task.IsCompleted)).True);
        await source.CancelAsync();
        foreach (Task call in waiting)
            Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Disposing_does_not_wait_for_a_hanging_node()
    {
        CacheUnderTest patient = CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.OperationTimeout = TimeSpan.FromMinutes(1));
        Assert.That(await patient.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await BreakAsync("stopped");
        Task<byte[]?> read = patient.Cache.GetAsync(_own[0]);
        Task disposal = patient.DisposeAsync().AsTask();
        Assert.That(await Task.WhenAny(disposal, Task.Delay(TimeSpan.FromSeconds(20))), Is.SameAs(disposal));
        Assert.That(async () => await read, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task A_cache_that_starts_without_its_servers_serves_when_they_come_up()
    {
        await _servers.KillAsync(0);
        await using CacheUnderTest late = CacheUnderTest.Over(_servers.Endpoints);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.That(await late.Cache.GetAsync(_own[0]), Is.Null);
        Assert.That(watch.Elapsed, Is.LessThan(Stalled));

        await _servers.RestartAsync(0);
        await Poll.UntilAsync(
            async () =>
            {
                await late.Cache.SetAsync(_own[0], [5], new());
                return await late.Cache.GetAsync(_own[0]) is [5];
            },
            "the cache to connect");
    }

    [Test]
    public async Task A_late_write_has_its_own_bytes_and_not_those_of_a_buffer_used_again()
    {
        // Seen only where nobody removes them.
        await using CacheUnderTest careless = CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.Protections = Protections.All & ~Protections.Hints);
        Assert.That(await careless.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await BreakAsync("stopped");

        // Far more than the sockets take, so that most of it still waits in this process when the calls have timed out.
        byte[] value = new byte[1_000_000];
        Array.Fill(value, (byte)'A');
        await Task.WhenAll(_own.Select(key => careless.Cache.SetAsync(key, value, new())));

        byte[] other = new byte[1_000_000];
        Array.Fill(other, (byte)'B');
        foreach (string key in _others)
            await careless.Cache.SetAsync(key, other, new());
        _servers.Thaw(0);

        // Answered behind whatever of them was still to land.
        await Poll.UntilAsync(async () => await careless.Cache.GetAsync(_own[^1]) is not null, "the node to serve again");
        foreach (string key in _own)
        {
            if (await careless.Cache.GetAsync(key) is { Length: > 1 } late)
                Assert.That(late.AsSpan().IndexOfAnyExcept((byte)'A'), Is.EqualTo(-1), key);
        }
    }

    private async Task BreakAsync(string how)
    {
        if (how == "stopped")
            _servers.Freeze(0);
        else
            await _servers.KillAsync(0);
    }

    private string[] Warnings() => Messages(LogLevel.Warning);

    private string[] Messages(LogLevel level) =>
        [.. _app.Log.GetSnapshot().Where(record => record.Level == level && record.Category == "CacheRing").Select(static record => record.Message)];

    private static async Task<NodeException> FailureOfAsync(CacheUnderTest app, string key)
    {
        // The driver may hand out what it had in flight when the node died.
        NodeException? failure = null;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await app.Cache.GetAsync(key);
                    return false;
                }
                catch (NodeException error)
                {
                    failure = error;
                    return true;
                }
            },
            "the read to fail");
        return failure!;
    }
}
