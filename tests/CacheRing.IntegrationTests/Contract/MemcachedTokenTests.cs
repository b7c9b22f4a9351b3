using System.Globalization;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of loads over memcached.</summary>
[TestFixture]
internal sealed class MemcachedTokenTests() : ServerTokenContractTests(MemcachedBackend.StartAsync)
{
    private MemcachedServer Server => ((MemcachedBackend)Backend).Servers[0];

    [Test]
    public async Task What_was_loaded_before_a_restart_is_not_stored_after_it()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await Server.RestartAsync();
        await ConnectedAsync(One, Two);
        Assert.That(await FillAsync(One, key, token, "old"), Is.False);
        Assert.That(await One.GetHeadAsync(key, 1, default), Is.Null);
    }

    [Test]
    public async Task A_miss_with_its_load_is_two_commands()
    {
        string key = NewKey();
        (long reads, long writes) before = await CommandsAsync();
        await FillAsync(One, key, await WinAsync(key), "loaded");
        (long reads, long writes) after = await CommandsAsync();
        Assert.That((after.reads - before.reads, after.writes - before.writes), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_read_that_means_to_load_does_not_stretch_the_lease_of_another()
    {
        string key = NewKey();
        await WinAsync(key, TimeSpan.FromSeconds(5));
        TokenRead held = await Two.ReadForLoadAsync(key, [], TimeSpan.FromSeconds(1000), new Gathered(), default);
        Assert.That(held.State, Is.EqualTo(TokenState.Held));
        Assert.That(held.Left, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(6)));
        Assert.That(await TimeLeftAsync(key), Is.LessThanOrEqualTo(6_000));
    }

    [Test]
    public async Task An_entry_that_another_client_has_marked_stale_is_loaded_by_one_and_its_token_is_another()
    {
        string key = NewKey();
        await SetAsync(One, key, "stale");
        ulong token = (await ReadAsync(One, key)).Token;
        await Server.ExecuteAsync($"md {NodeUnderTest.Instance}{key} I T30");
        Gathered reader = new();
        TokenRead won = await ReadAsync(One, key, reader);
        TokenRead held = await ReadAsync(Two, key, reader);
        Assert.That((won.State, held.State), Is.EqualTo((TokenState.Won, TokenState.Held)));
        Assert.That(reader.Order, Is.Empty);
        Assert.That(await FillAsync(One, key, token, "late"), Is.False);
        Assert.That(await FillAsync(One, key, won.Token, "loaded"), Is.True);
        await AssertHasAsync(Two, key, "loaded");
    }

    protected override Task FlushAsync() => Server.ExecuteAsync("flush_all");

    private async Task<(long Reads, long Writes)> CommandsAsync()
    {
        string[] lines = (await Server.ExecuteAsync("stats")).Split("\r\n");
        return (Count("STAT cmd_get "), Count("STAT cmd_set "));

        long Count(string name) =>
            long.Parse(lines.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
    }
}
