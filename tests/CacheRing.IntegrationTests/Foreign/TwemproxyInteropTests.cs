using System.Text;
using CacheRing.Testing;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Foreign;

/// <summary>
/// With <see cref="EntryFormat.Raw"/> and <see cref="KetamaFlavor.Twemproxy"/> an app moves from the proxy to CacheRing, or
/// shares the servers with those that stay: what is written through either is read through the other.
/// </summary>
[TestFixture]
public sealed class TwemproxyInteropTests
{
    private const int Keys = 300;

    [OneTimeSetUp]
    public void FindTheProxy()
    {
        if (Twemproxy.IsInstalled)
            return;
        if (Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Ignore("twemproxy is not installed (Debian and Ubuntu: apt-get install nutcracker).");
        throw new InvalidOperationException("twemproxy is not installed.");
    }

    [TestCase(null, null, false, TestName = "By its default hash")]
    [TestCase("md5", null, false, TestName = "By MD5")]
    [TestCase("md5", null, true, TestName = "By MD5 and with names and weights")]
    [TestCase(null, "{}", false, TestName = "By its default hash of hash tags")]
    [TestCase("md5", "{}", true, TestName = "By MD5 of hash tags and with names and weights")]
    public async Task On_Redis_servers_each_reads_what_the_other_wrote(string? hash, string? hashTag, bool named)
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        await using Twemproxy proxy = await Twemproxy.StartAsync(new TwemproxyOptions
        {
            Servers = [.. servers.Select((server, i) => named ? $"127.0.0.1:{server.Port}:{i + 1} shard-{i}" : $"127.0.0.1:{server.Port}:1")],
            Hash = hash,
            HashTag = hashTag,
        });
        await using CacheUnderTest app = new(options =>
        {
            options.EntryFormat = EntryFormat.Raw;
            options.Ring.Ketama = KetamaFlavor.Twemproxy;
            options.Ring.KeyHash = hash is null ? KeyHash.Default : KeyHash.Md5;
            options.Ring.HashTags = hashTag is not null;
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
            int i = 0;
            foreach (RedisServer server in servers)
            {
                string address = $"127.0.0.1:{server.Port}";
                options.Nodes.Add(new NodeOptions
                {
                    Name = named ? $"shard-{i}" : address,
                    Weight = named ? i + 1 : 1,
                    Endpoint = $"redis://{address}",
                });
                i++;
            }
        });
        using ConnectionMultiplexer throughProxy = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{proxy.Port},proxy=Twemproxy");
        IDatabase theirs = throughProxy.GetDatabase();

        for (int i = 0; i < Keys; i++)
            await theirs.StringSetAsync(Key("theirs", i), Value(i));
        for (int i = 0; i < Keys; i++)
            Assert.That(await app.Cache.GetAsync(Key("theirs", i)), Is.EqualTo(Value(i)), Key("theirs", i));

        for (int i = 0; i < Keys; i++)
            await app.Cache.SetAsync(Key("ours", i), Value(i), new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        for (int i = 0; i < Keys; i++)
            Assert.That((byte[]?)await theirs.StringGetAsync(Key("ours", i)), Is.EqualTo(Value(i)), Key("ours", i));

        // Nothing is right by chance: the servers share the keys, and a removal on one side is one on the other.
        foreach (RedisServer server in servers)
            Assert.That((await server.ExecuteAsync("DBSIZE")).ToString(), Is.Not.EqualTo("0"), "all servers have a share");
        for (int i = 0; i < Keys; i++)
            await app.Cache.RemoveAsync(Key("theirs", i));
        for (int i = 0; i < Keys; i++)
            Assert.That((bool)(await theirs.StringGetAsync(Key("theirs", i))).IsNull, Key("theirs", i));
    }

    [Test]
    public async Task On_memcached_servers_each_reads_what_the_other_wrote()
    {
        await using MemcachedFleet servers = await MemcachedFleet.StartAsync(3);
        string[] addresses = [.. servers.Select(static server => $"127.0.0.1:{server.Port}")];
        await using Twemproxy proxy = await Twemproxy.StartAsync(new TwemproxyOptions { Redis = false, Servers = [.. addresses.Select(static address => $"{address}:1")] });
        await using CacheUnderTest app = new(options =>
        {
            options.EntryFormat = EntryFormat.Raw;
            options.Ring.Ketama = KetamaFlavor.Twemproxy;
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
            foreach (string address in addresses)
                options.Nodes.Add(new NodeOptions { Name = address, Endpoint = $"memcached://{address}" });
        });

        for (int i = 0; i < Keys; i++)
        {
            string stored = await proxy.ExecuteAsync($"set theirs:{i} 0 0 {$"value {i}".Length}\r\nvalue {i}\r\n", "\r\n");
            Assert.That(stored, Is.EqualTo("STORED\r\n"));
            Assert.That(await app.Cache.GetAsync($"theirs:{i}"), Is.EqualTo(Encoding.ASCII.GetBytes($"value {i}")));
            await app.Cache.SetAsync($"ours:{i}", Encoding.ASCII.GetBytes($"our {i}"), new());
            Assert.That(await proxy.ExecuteAsync($"get ours:{i}\r\n", "END\r\n"), Does.Contain($"\r\nour {i}\r\n"));
        }

        foreach (MemcachedServer server in servers)
            Assert.That(await server.ExecuteAsync("stats"), Does.Not.Contain("STAT curr_items 0\r\n"), "all servers have a share");
    }

    // Beyond ASCII too: the proxy's own hash takes such bytes for negative numbers.
    private static string Key(string whose, int i) => (i % 3) switch
    {
        0 => $"{whose}:{{user{i}}}:cart",
        1 => $"{whose}:ключ-é-鍵:{i}",
        _ => $"{whose}:{i}",
    };

    private static byte[] Value(int i) => [.. Encoding.ASCII.GetBytes($"value {i} \r\n"), 0x00, 0xFF];
}
