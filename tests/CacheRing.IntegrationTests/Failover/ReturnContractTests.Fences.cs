using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <content>When a node gets a new generation, when not, and who notices.</content>
public abstract partial class ReturnContractTests
{
    [Test]
    public async Task Lost_hints_are_made_good_by_a_new_generation_for_everyone()
    {
        await using CacheUnderTest small = CacheUnderTest.Over(_servers.Endpoints, static options => options.Failover.MaxHints = 5);
        await small.SettledAsync();
        _servers.Freeze(0);
        await small.EjectedAsync(0, _own[^1]);
        foreach (string key in _own[..20])
            await small.Cache.RemoveAsync(key);
        _servers.Thaw(0);
        await small.SettledAsync();
        Assert.That((small.Logged(15).Length, small.Logged(13)[0]), Is.EqualTo((1, $"Node 'node-0' was given a new generation, so that all that was on it reads as a miss, for every client. Reason: LostHints.")));
        foreach (string key in _own)
            Assert.That(await small.Cache.GetAsync(key), Is.Null, key);

        // The others notice within the interval of their confirmations.
        await Poll.UntilAsync(async () => await _other.Cache.GetAsync(_own[0]) is null, "the other client to notice");
        foreach (string key in _own)
            Assert.That(await _other.Cache.GetAsync(key), Is.Null, key);
        await _other.Cache.SetAsync(_own[0], [3], new());
        Assert.That(await small.Cache.GetAsync(_own[0]), Is.EqualTo([3]), "both go on in the new one");
    }

    [TestCase(FencePolicy.OnDoubt, false)]
    [TestCase(FencePolicy.OnEjection, true)]
    public async Task An_ejection_by_itself_empties_a_node_only_if_the_options_ask_for_it(FencePolicy policy, bool emptied)
    {
        await using CacheUnderTest app = CacheUnderTest.Over(_servers.Endpoints, options => options.Failover.FencePolicy = policy);
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
        _servers.Freeze(0);
        await app.EjectedAsync(0, _own[0]);
        _servers.Thaw(0);
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync(_own[0]) is null, Is.EqualTo(emptied));
    }

    [Test]
    public async Task Fifty_clients_that_notice_one_restart_move_the_generation_once()
    {
        CacheUnderTest[] many = [.. Enumerable.Range(0, 50).Select(_ => CacheUnderTest.Over(
            _servers.Endpoints, static options => options.Failover.ConnectTimeout = TimeSpan.FromSeconds(5)))];
        try
        {
            foreach (CacheUnderTest client in many)
                await client.SettledAsync();
            int Fences() => many.Append(_app).Append(_other).Sum(static client => client.Logged(12).Length + client.Logged(13).Length);
            int before = Fences();
            await _servers.KillAsync(0);
            await Task.WhenAll(many.Select(client => client.Cache.GetAsync(_own[0])));
            await _servers.RestartAsync(0);
            foreach (CacheUnderTest client in many.Append(_app).Append(_other))
                await client.SettledAsync();
            Assert.That(Fences() - before, Is.EqualTo(1));
        }
        finally
        {
            foreach (CacheUnderTest client in many)
                await client.DisposeAsync();
        }
    }

    [Test]
    public async Task Another_clients_new_generation_holds_at_once_where_every_read_asks_for_it()
    {
        await using CacheUnderTest strict = CacheUnderTest.Over(_servers.Endpoints, static options => options.Failover.FenceCheck = FenceCheck.EveryRead);
        await using CacheUnderTest careless = CacheUnderTest.Over(_servers.Endpoints, static options => options.Failover.MaxHints = 1);
        await strict.SettledAsync();
        await careless.SettledAsync();
        for (int round = 0; round < 3; round++)
        {
            await strict.Cache.SetAsync(_own[0], [1], new());
            Assert.That(await strict.Cache.GetAsync(_own[0]), Is.EqualTo([1]));
            int before = careless.Logged(13).Length;

            // Two removes that it cannot deliver are one too many: it gives the node a new generation.
            _servers.Freeze(0);
            await Task.WhenAll(careless.Cache.RemoveAsync(_own[1]), careless.Cache.RemoveAsync(_own[2]));
            _servers.Thaw(0);
            await Poll.UntilAsync(() => careless.Logged(13).Length > before, "the new generation");
            await strict.SettledAsync();
            Assert.That(await strict.Cache.GetAsync(_own[0]), Is.Null);
            Assert.That(await strict.Cache.GetManyAsync(_own), Is.Empty);
        }
    }

    [Test]
    public async Task Hints_that_grow_too_old_are_made_good_by_a_new_generation_as_well()
    {
        await using CacheUnderTest impatient = CacheUnderTest.Over(_servers.Endpoints, static options => options.Failover.MaxHintAge = TimeSpan.FromSeconds(1));
        await impatient.SettledAsync();
        _servers.Freeze(0);
        await impatient.Cache.RemoveAsync(_own[0]);
        await Poll.UntilAsync(() => impatient.Logged(16).Length > 0, "the hint to be given up");
        Assert.That(impatient.Cache.GetNodes()[0].QueuedKeys, Is.Zero);
        Assert.That(await impatient.Cache.GetAsync(_own[0]), Is.Null);
        _servers.Thaw(0);
        await impatient.SettledAsync();
        Assert.That(impatient.Logged(13)[0], Does.EndWith("Reason: LostHints."));
        Assert.That(await impatient.Cache.GetManyAsync(_own), Is.Empty);
    }
}
