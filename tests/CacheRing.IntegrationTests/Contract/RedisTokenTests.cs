using System.Globalization;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of loads over redis-server.</summary>
[TestFixture]
internal sealed class RedisTokenTests() : RedisTokenContractTests(RedisBackend.StartAsync)
{
    private RedisServer Server => ((RedisBackend)Backend).Servers[0];

    [Test]
    public async Task What_was_loaded_before_a_restart_is_not_stored_after_it_and_the_scripts_are_given_again()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await Server.RestartAsync(keepData: false);
        await ConnectedAsync(One, Two);
        Assert.That(await FillAsync(One, key, token, "old"), Is.False);
        Assert.That(await One.RenewAsync(key, token, Lease, default), Is.Zero);
        Assert.That(await FillAsync(Two, key, await WinAsync(key), "loaded"), Is.True);
    }

    [Test]
    public async Task A_hit_is_one_command_and_a_miss_with_its_load_three()
    {
        // The script is sent with the first call of a connection.
        string warm = NewKey();
        await FillAsync(One, warm, await WinAsync(warm), "x");
        string key = NewKey();
        await ExecuteAsync("CONFIG", "RESETSTAT");
        await FillAsync(One, key, await WinAsync(key), "loaded");
        Assert.That((await CallsAsync("get"), await CallsAsync("evalsha"), await CallsAsync("eval")), Is.EqualTo((1, 2, 0)));
        await ReadAsync(One, key);
        Assert.That((await CallsAsync("get"), await CallsAsync("evalsha")), Is.EqualTo((2, 2)));
        await One.ReadForLoadAsync(key, [warm, "marker"], Lease, new Gathered(), default);
        Assert.That((await CallsAsync("mget"), await CallsAsync("get")), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task A_full_server_that_evicts_nothing_refuses_what_was_loaded()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        try
        {
            await Server.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
            await Server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");
            NodeException error = (await Assert.ThrowsAsync<NodeException>(() => FillAsync(One, key, token, "loaded")))!;
            Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.OutOfMemory));
            Assert.That(await One.GiveUpAsync(key, token, default), Is.True, "which takes no memory");
        }
        finally
        {
            await Server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        }
    }

    [TestCase("+evalsha +script|load")]
    [TestCase("+evalsha")]
    public async Task A_user_with_the_documented_permissions_can_load(string scripts)
    {
        // What docs/redis.md lists.
        string rules = $"reset on >pw ~{NodeUnderTest.Instance}* resetchannels -@all +@connection +info +get +getrange +set +setex +psetex +del +unlink +expire +pexpire +pttl +mget +eval {scripts}";
        await Server.ExecuteAsync(["ACL", "SETUSER", "app", .. rules.Split(' ')]);
        await using ICacheNode app = NodeUnderTest.Start($"redis://app:pw@127.0.0.1:{Server.Port}");
        string key = NewKey();
        TokenRead won = await ReadAsync(app, key);
        Assert.That(won.State, Is.EqualTo(TokenState.Won));
        Assert.That((await app.LeaseAsync(key, Terms(0), new Gathered(), default)).State, Is.EqualTo(TokenState.Held));
        Assert.That(await app.RenewAsync(key, won.Token, Lease, default), Is.EqualTo(won.Token));
        Assert.That(await FillAsync(app, key, won.Token, "loaded", Lease), Is.True);
        Gathered reader = new();
        TokenRead found = await app.ReadForLoadAsync(key, ["marker"], Lease, reader, default);
        Assert.That(ValueIn(reader[1]), Is.EqualTo("loaded"));
        Assert.That(await app.GiveUpAsync(key, found.Token, default), Is.True);
        Assert.That(await app.TryAddAsync(key, new byte[] { 1 }, Lease, default), Is.True);
    }

    private async Task<int> CallsAsync(string command)
    {
        string statistics = await Server.ExecuteAsync("INFO", "commandstats");
        string? line = statistics.Split('\n').FirstOrDefault(line => line.StartsWith($"cmdstat_{command}:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }
}
