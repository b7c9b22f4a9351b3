using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>The next node answers for one that is out, for a short time, and never with what another client has replaced.</summary>
public abstract class NextNodeTests(Func<Task<IBreakableServers>> start)
{
    private IBreakableServers _servers = null!;
    private FaultProxy _proxy = null!;
    private CacheUnderTest _cut = null!;
    private CacheUnderTest _app = null!;
    private string[] _own = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = await start();
        UriBuilder first = new(_servers.Endpoints[0]);
        _proxy = FaultProxy.Start("127.0.0.1", first.Port);
        first.Port = _proxy.Port;
        _cut = Over([first.Uri.ToString().TrimEnd('/'), .. _servers.Endpoints.Skip(1)]);
        _app = Over(_servers.Endpoints);
        await _cut.SettledAsync();
        await _app.SettledAsync();
        _own = _app.KeysOf(0, 30);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_cut is not null)
            await _cut.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [Test]
    public async Task While_a_node_is_out_its_keys_are_kept_by_the_next_and_read_from_there_alone_and_in_batches()
    {
        foreach (string key in _own)
            await _app.Cache.SetAsync(key, [1], new());
        await _servers.KillAsync(0);
        await _app.EjectedAsync(0, _own[0]);
        foreach (string key in _own[..10])
        {
            Assert.That(await _app.Cache.GetAsync(key), Is.Null, "what only the dead node has");
            await _app.Cache.SetAsync(key, [2], new());
            Assert.That(await _app.Cache.GetAsync(key), Is.EqualTo([2]));
        }

        await _app.Cache.SetManyAsync(_own[10..20].Select(static key => KeyValuePair.Create(key, new byte[] { 3 })), new());
        CacheBatch batch = await _app.Cache.GetManyAsync(_own);
        Assert.That(batch.Keys, Is.EquivalentTo(_own[..20]));
        Assert.That(batch.Unavailable, Is.Empty);
        Assert.That(await _app.Cache.TryRemoveAsync(_own[0]), Is.EqualTo(RemoveOutcome.Queued));
        Assert.That(await _app.Cache.GetAsync(_own[0]), Is.Null);
        await _app.Cache.RemoveManyAsync(_own[..5]);
        Assert.That(await _app.Cache.GetManyAsync(_own[..5]), Is.Empty);
    }

    [Test]
    public async Task A_copy_is_short_lived_not_renewed_and_never_taken_for_a_key_of_the_node_that_keeps_it()
    {
        await using CacheUnderTest brief = Over(_servers.Endpoints, TimeSpan.FromSeconds(1));
        await brief.SettledAsync();
        await _servers.KillAsync(0);
        await brief.EjectedAsync(0, _own[0]);
        await brief.Cache.SetAsync(_own[0], [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        Assert.That(await brief.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        await Poll.UntilAsync(async () => await brief.Cache.GetAsync(_own[0]) is null, "it to end though it is read all the time");

        // In a ring without the dead node the next one owns the key.
        await brief.Cache.SetAsync(_own[0], [1], new());
        await using CacheUnderTest smaller = new(options =>
        {
            for (int i = 0; i < 3; i++)
                options.Nodes.Add(new NodeOptions { Name = $"node-{i}", Endpoint = _servers.Endpoints[i], State = i == 0 ? NodeState.Retired : NodeState.Active });
        });
        await smaller.SettledAsync();
        Assert.That(await smaller.Cache.GetAsync(_own[0]), Is.Null);
    }

    [Test]
    public async Task Clients_that_disagree_about_who_is_out_never_read_what_another_has_removed_or_written_over()
    {
        _proxy.Cut();
        await _cut.EjectedAsync(0, _own[0]);
        foreach (string key in _own)
            await _cut.Cache.SetAsync(key, [1], new());
        Assert.That(await _cut.Cache.GetAsync(_own[0]), Is.EqualTo([1]), "from the next node");

        Assert.That(await _app.Cache.TryRemoveAsync(_own[0]), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That((await _app.Cache.RemoveManyAsync([_own[1]])).IsComplete, Is.True);
        await _app.Cache.RemoveAsync(_own[2]);
        await _app.Cache.SetAsync(_own[3], [2], new());
        Assert.That((await _app.Cache.SetManyAsync([new(_own[4], [2])], new())).IsComplete, Is.True);
        for (int i = 0; i < 5; i++)
            Assert.That(await _cut.Cache.GetAsync(_own[i]), Is.Null, $"key {i}");
        Assert.That(await _app.Cache.GetAsync(_own[3]), Is.EqualTo([2]), "the owner has it");
    }

    [Test]
    public async Task When_the_node_is_back_it_answers_itself_and_has_nothing_from_before()
    {
        foreach (string key in _own)
            await _app.Cache.SetAsync(key, [1], new());
        _servers.Freeze(0);
        await _app.EjectedAsync(0, _own[0]);
        await _app.Cache.SetAsync(_own[1], [2], new());
        await _app.Cache.RemoveAsync(_own[2]);
        _servers.Thaw(0);
        await _app.SettledAsync();
        Assert.That(await _app.Cache.GetAsync(_own[1]), Is.Null, "neither the older value nor the copy");
        Assert.That(await _app.Cache.GetAsync(_own[2]), Is.Null);
        Assert.That(await _app.Cache.GetAsync(_own[3]), Is.EqualTo([1]));
    }

    private static CacheUnderTest Over(IEnumerable<string> endpoints, TimeSpan? guests = null) => CacheUnderTest.Over(endpoints, options =>
    {
        options.Failover.Mode = FailoverMode.NextNode;
        options.Failover.GuestLifetime = guests ?? options.Failover.GuestLifetime;
    });
}

/// <summary>Over redis-server processes.</summary>
[TestFixture]
public sealed class RedisNextNodeTests() : NextNodeTests(BreakableRedis.StartAsync);

/// <summary>Over memcached processes.</summary>
[TestFixture]
public sealed class MemcachedNextNodeTests() : NextNodeTests(BreakableMemcached.StartAsync);
