using Microsoft.Extensions.Caching.Distributed;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>What a user may rely on where the nodes are real servers: how long they keep what.</summary>
public abstract class ServerContractTests : CacheContractTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    protected ServerContractTests(Func<Task<IBackend>> start)
        : base(start)
    {
    }

    [Test]
    public async Task The_server_keeps_an_entry_without_expiry_for_ever()
    {
        string key = await SetAsync(new());
        Assert.That(await TimeLeftAsync(key), Is.EqualTo(-1));
    }

    [Test]
    public async Task The_server_keeps_an_entry_for_as_long_as_the_options_say()
    {
        Assert.That(await TimeLeftAsync(await SetAsync(new() { AbsoluteExpirationRelativeToNow = Hour })), Is.InRange(3_590_000, 3_600_000 + SpareMilliseconds));
        Assert.That(await TimeLeftAsync(await SetAsync(new() { AbsoluteExpiration = TimeProvider.System.GetUtcNow() + Hour })), Is.InRange(3_590_000, 3_600_000 + SpareMilliseconds));
        Assert.That(await TimeLeftAsync(await SetAsync(new() { SlidingExpiration = Hour })), Is.InRange(3_590_000, 3_600_000 + SpareMilliseconds));
        Assert.That(await TimeLeftAsync(await SetAsync(new() { SlidingExpiration = Hour, AbsoluteExpirationRelativeToNow = Minute })), Is.InRange(50_000, 60_000 + SpareMilliseconds));
    }

    [TestCase("get")]
    [TestCase("try get")]
    [TestCase("get many")]
    [TestCase("refresh")]
    public async Task A_read_renews_a_sliding_entry(string how)
    {
        string key = await SetAsync(new() { SlidingExpiration = Hour });
        await Backend.ExpireAsync(NodeOf(key), StoredKey(key), Minute);
        await ReadAsync(how, key);
        await Poll.UntilAsync(async () => await TimeLeftAsync(key) > 3_500_000, "the window to be renewed");
    }

    [TestCase("get")]
    [TestCase("get many")]
    [TestCase("refresh")]
    public async Task A_read_never_prolongs_a_sliding_entry_past_its_cap(string how)
    {
        string key = await SetAsync(new() { SlidingExpiration = Hour, AbsoluteExpirationRelativeToNow = Minute * 2 });
        await Backend.ExpireAsync(NodeOf(key), StoredKey(key), Minute);
        await ReadAsync(how, key);
        await Poll.UntilAsync(async () => await TimeLeftAsync(key) > 60_000, "the entry to be renewed");
        Assert.That(await TimeLeftAsync(key), Is.LessThanOrEqualTo(120_000 + SpareMilliseconds));
    }

    [Test]
    public async Task Neither_read_nor_refresh_touches_an_entry_that_does_not_slide()
    {
        string key = await SetAsync(new() { AbsoluteExpirationRelativeToNow = Hour });
        await Backend.ExpireAsync(NodeOf(key), StoredKey(key), Minute);
        await ReadAsync("get", key);
        await ReadAsync("refresh", key);
        await ReadAsync("get many", key);

        // A later command on the same connection has been answered: an unawaited one before it would have been carried out.
        await Cache.GetAsync(key);
        Assert.That(await TimeLeftAsync(key), Is.InRange(0, 60_000));
    }

    [Test]
    public async Task Reads_and_removes_at_the_same_time_never_bring_a_removed_key_back()
    {
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"{NewKey()}{i}")];
        DistributedCacheEntryOptions sliding = new() { SlidingExpiration = Hour };
        foreach (string key in keys)
            await Cache.SetAsync(key, [1], sliding);

        // The renewal of each read is sent behind it, so that many arrive after the remove.
        await Task.WhenAll(keys.SelectMany(key => (Task[])[Cache.GetAsync(key), Cache.RemoveAsync(key), Cache.GetAsync(key)]));
        await Cache.GetManyAsync(keys);
        foreach (string key in keys)
            Assert.That(await TimeLeftAsync(key), Is.EqualTo(-2));
    }

    private async Task<string> SetAsync(DistributedCacheEntryOptions options)
    {
        string key = NewKey();
        await Cache.SetAsync(key, [1, 2, 3], options);
        return key;
    }

    private async Task ReadAsync(string how, string key)
    {
        switch (how)
        {
            case "get":
                Assert.That(await Cache.GetAsync(key), Is.Not.Null);
                break;
            case "try get":
                Assert.That(await Cache.TryGetAsync(key, new System.Buffers.ArrayBufferWriter<byte>()), Is.True);
                break;
            case "get many":
                Assert.That(await Cache.GetManyAsync([key]), Has.Count.EqualTo(1));
                break;
            default:
                await Cache.RefreshAsync(key);
                break;
        }
    }

    private Task<long> TimeLeftAsync(string key) => Backend.TimeLeftAsync(NodeOf(key), StoredKey(key));

    private static string StoredKey(string key) => $"contract:{key}";
}
