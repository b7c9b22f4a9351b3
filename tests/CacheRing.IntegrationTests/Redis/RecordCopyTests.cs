using CacheRing.IntegrationTests.Failover;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>The record of a node's generation has five copies, so that a server which is full does not lose it with one key.</summary>
[TestFixture]
public sealed class RecordCopyTests
{
    private static readonly string[] Copies = ["cr:gen", "cr:gen:1", "cr:gen:2", "cr:gen:3", "cr:gen:4"];

    private RedisServer _server = null!;
    private CacheUnderTest _app = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await RedisServer.StartAsync();
        _app = CacheUnderTest.Over([_server.Endpoint], static options => options.Failover.FenceCheck = FenceCheck.EveryRead);
        await _app.SettledAsync();
        await _app.Cache.SetAsync("a", [1], new());
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Any_one_of_them_is_the_record_and_the_others_are_put_back([Range(0, 4)] int left)
    {
        string record = await _server.ExecuteAsync("GET", Copies[0]);
        await _server.ExecuteAsync(["DEL", .. Copies.Where((_, copy) => copy != left)]);

        Assert.That(await _app.Cache.GetAsync("a"), Is.EqualTo([1]));
        await Poll.UntilAsync(async () => await _server.ExecuteAsync(["EXISTS", .. Copies]) == "5", "all copies to be there again");
        foreach (string copy in Copies)
            Assert.That(await _server.ExecuteAsync("GET", copy), Is.EqualTo(record));
        Assert.That(await _app.Cache.GetManyAsync(["a", "b"]), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_batch_puts_them_back_as_well()
    {
        await _server.ExecuteAsync(["DEL", .. Copies[1..]]);

        Assert.That((await _app.Cache.GetManyAsync(["a", "b"]))["a"], Is.EqualTo([1]));
        await Poll.UntilAsync(async () => await _server.ExecuteAsync(["EXISTS", .. Copies]) == "5", "all copies to be there again");
    }

    [Test]
    public async Task A_loaded_value_survives_the_loss_of_all_but_one_copy_of_what_it_is_judged_by()
    {
        await using HybridApp app = await HybridApp.StartAsync([_server.Endpoint], configure: static options => options.Failover.FenceCheck = FenceCheck.EveryRead);
        string[] kept = [.. Copies.Concat(Copies.Select(static copy => copy.Replace("cr:gen", "cr:tag:*", StringComparison.Ordinal))).Select(static copy => "app:" + copy)];
        int loads = 0;
        for (int round = 0; round < 5; round++)
        {
            Assert.That(await app.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(++loads), tags: ["t"]), Is.EqualTo(1));
            Assert.That(await _server.ExecuteAsync(["EXISTS", .. kept]), Is.EqualTo("10"));
            await _server.ExecuteAsync(["DEL", .. kept.Where((_, copy) => copy % 5 != round)]);
            Assert.That(await app.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(++loads), tags: ["t"]), Is.EqualTo(1));
            await Poll.UntilAsync(
                async () =>
                {
                    await app.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(++loads), tags: ["t"]);
                    return await _server.ExecuteAsync(["EXISTS", .. kept]) == "10";
                },
                "all copies to be there again");
        }
    }

    [Test]
    public async Task To_remove_everything_removes_all_copies_of_its_version()
    {
        await using HybridApp app = await HybridApp.StartAsync([_server.Endpoint]);
        int loads = 0;
        await app.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(++loads));
        await app.Hybrid.RemoveByTagAsync("*");
        Assert.That(await _server.ExecuteAsync(["EXISTS", .. Copies.Select(static copy => "app:" + copy.Replace("cr:gen", "cr:tag:*", StringComparison.Ordinal))]), Is.EqualTo("0"));
        Assert.That(await app.Hybrid.GetOrCreateAsync("a", _ => ValueTask.FromResult(++loads)), Is.EqualTo(2));
    }

    [Test]
    public async Task A_fresh_client_takes_one_that_is_left_for_the_record()
    {
        await _server.ExecuteAsync(["DEL", .. Copies[..4]]);

        await using CacheUnderTest fresh = CacheUnderTest.Over([_server.Endpoint]);
        await fresh.SettledAsync();
        Assert.That(await fresh.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    [Test]
    public async Task When_they_differ_none_is_right_and_the_node_gets_a_generation_above_all_of_them()
    {
        byte[] record = (await _server.ExecuteBytesAsync("GET", Copies[0]))!;
        byte[] ahead = [.. record];
        ahead[8]++;
        await _server.ExecuteAsync(["EVAL", "return redis.call('SET', KEYS[1], (ARGV[1]:gsub('..', function(two) return string.char(tonumber(two, 16)) end)))", "1", Copies[3], Convert.ToHexString(ahead)]);

        await Poll.UntilAsync(async () => await _app.Cache.GetAsync("a") is null && _app.Logged(13).Length > 0, "a new generation");
        await _app.SettledAsync();
        Assert.That(_app.Logged(13)[0], Does.Contain("DifferingRecords"));
        byte[] made = (await _server.ExecuteBytesAsync("GET", Copies[0]))!;
        Assert.That(BitConverter.ToUInt64(made, 1), Is.GreaterThan(BitConverter.ToUInt64(ahead, 1)));
        foreach (string copy in Copies)
            Assert.That(await _server.ExecuteBytesAsync("GET", copy), Is.EqualTo(made));
        await _app.Cache.SetAsync("a", [2], new());
        Assert.That(await _app.Cache.GetAsync("a"), Is.EqualTo([2]));
    }
}
