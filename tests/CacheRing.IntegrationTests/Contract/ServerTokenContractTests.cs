using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of loads where nodes are real servers: how long they keep what, and what becomes of their data.</summary>
internal abstract class ServerTokenContractTests(Func<Task<IBackend>> start) : TokenContractTests(start)
{
    protected abstract Task FlushAsync();

    [Test]
    public async Task The_server_keeps_a_placeholder_for_the_lease_and_hardly_longer()
    {
        double spare = 2 * One.Traits.ExpiryResolution.TotalMilliseconds;
        string key = NewKey();
        ulong token = await WinAsync(key);
        Assert.That(await TimeLeftAsync(key), Is.InRange(20_000, 30_000 + spare));
        Assert.That(await One.RenewAsync(key, token, TimeSpan.FromSeconds(59.9), default), Is.Not.Zero);
        Assert.That(await TimeLeftAsync(key), Is.InRange(50_000, 59_900 + spare));
        TokenRead held = await ReadAsync(Two, key);
        Assert.That((await Two.LeaseAsync(key, Terms(held.Token, TimeSpan.FromSeconds(100)), new Gathered(), default)).State, Is.EqualTo(TokenState.Won));
        Assert.That(await TimeLeftAsync(key), Is.InRange(90_000, 100_000 + spare));
    }

    [Test]
    public async Task A_lease_of_next_to_nothing_is_a_lease()
    {
        string key = NewKey();
        await WinAsync(key, TimeSpan.FromTicks(1));
        await ExpireAsync(key);
    }

    [Test]
    public async Task The_server_keeps_what_was_loaded_for_as_long_as_it_is_told()
    {
        string key = NewKey();
        Assert.That(await FillAsync(One, key, await WinAsync(key), "for ever"), Is.True);
        Assert.That(await TimeLeftAsync(key), Is.EqualTo(-1));
        ulong token = (await ReadAsync(One, key)).Token;
        Assert.That(await FillAsync(One, key, token, "an hour", TimeSpan.FromHours(1)), Is.True);
        Assert.That(await TimeLeftAsync(key), Is.InRange(3_590_000, 3_600_000 + (2 * One.Traits.ExpiryResolution.TotalMilliseconds)));
    }

    [Test]
    public async Task What_was_loaded_before_the_server_was_emptied_is_not_stored_after_it()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await FlushAsync();
        Assert.That(await FillAsync(One, key, token, "old"), Is.False);
        Assert.That(await One.GetHeadAsync(key, 1, default), Is.Null);
    }

    protected Task<long> TimeLeftAsync(string key) => Backend.TimeLeftAsync(0, NodeUnderTest.Instance + key);

    /// <summary>Until a client has found the restarted server.</summary>
    protected static async Task ConnectedAsync(params ICacheNode[] nodes)
    {
        foreach (ICacheNode node in nodes)
            await Restarted.GreetAsync(node);
    }
}
