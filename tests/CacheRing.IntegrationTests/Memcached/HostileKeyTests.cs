using System.Text;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>A million keys that an app might be given by an enemy: none becomes a command, none finds another's value.</summary>
[TestFixture]
public sealed class HostileKeyTests
{
    private const int Keys = 1_000_000;
    private const int AtOnce = 5_000;

    private static readonly string[] Attacks =
    [
        "x\r\nflush_all\r\n", "x 0 0 1\r\na\r\nflush_all\r\n", "\r\nmd k\r\n", "a v q\r\nmn\r\nmg ", "x\0y", " ", "\t", "\u007f", "\u0085",
        "\u2028", "é", "鍵", "🔑", "b64:", "/w==", "=", "AAAA", " b", " O", "T0", "C1", "\ufffd", "\uffff", "MN\r\n", "VA 3\r\n",
    ];

    [Test]
    public async Task None_becomes_a_command_and_each_is_found_again_with_its_own_value()
    {
        await using MemcachedFleet servers = await MemcachedFleet.StartAsync(3, new() { MemoryMegabytes = 1024 });
        await using CacheUnderTest app = CacheUnderTest.Over(servers.Endpoints, static options =>
        {
            options.MaxKeyBytes = 8192;
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(30);
        });
        await app.Cache.SetAsync("sentinel", [42], new());

        Random random = new(20261124);
        HashSet<string> all = new(Keys, StringComparer.Ordinal);
        while (all.Count < Keys)
            all.Add(Key(random));

        foreach (string[] part in all.Chunk(AtOnce))
        {
            CacheBatchOutcome written = await app.Cache.SetManyAsync(part.Select(static key => KeyValuePair.Create(key, ValueOf(key))), new());
            Assert.That(written.IsComplete, Is.True);
        }

        foreach (string[] part in all.Chunk(AtOnce))
        {
            CacheBatch found = await app.Cache.GetManyAsync(part);
            if (found.Count != part.Length || part.Any(key => !found[key].AsSpan().SequenceEqual(ValueOf(key))))
                Assert.Fail("A key has no value, or another's.");
        }

        Assert.That(await app.Cache.GetAsync("sentinel"), Is.EqualTo([42]));
        long items = 0;
        long sets = 0;
        foreach (MemcachedServer server in servers)
        {
            Dictionary<string, long> counted = Counters(await server.ExecuteAsync("stats"));
            items += counted["curr_items"];
            sets += counted["cmd_set"];
            Assert.That((counted["cmd_flush"], counted["evictions"]), Is.EqualTo((0, 0)));
        }

        // Each server has the record of its generation besides.
        Assert.That(items, Is.EqualTo(Keys + 1 + servers.Count), "no two keys share an item");
        Assert.That(sets, Is.EqualTo(Keys + 1 + servers.Count), "nothing was sent but what was meant");
    }

    private static string Key(Random random)
    {
        StringBuilder key = new();
        int parts = random.Next(1, 5);
        for (int i = 0; i < parts; i++)
            AppendPart(key, random);

        // One in two hundred is too long to be sent as it is.
        if (random.Next(200) == 0)
            key.Append(random.Next(2) == 0 ? 'x' : 'ж', random.Next(100, 1500)).Append(random.Next());
        return key.ToString();
    }

    private static void AppendPart(StringBuilder key, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                key.Append(Attacks[random.Next(Attacks.Length)]);
                break;
            case 1:
                key.Append(random.Next());
                break;
            case 2:
                key.Append((char)random.Next(0, 0x80)).Append((char)random.Next(0, 0x20));
                break;
            default:
                // Any character but half a pair, which the cache refuses.
                int point = random.Next(0x110000 - 0x800);
                key.Append(char.ConvertFromUtf32(point < 0xD800 ? point : point + 0x800));
                break;
        }
    }

    private static byte[] ValueOf(string key) => BitConverter.GetBytes(Hashing.XxHash64.Of(Encoding.UTF8.GetBytes(key)));

    private static Dictionary<string, long> Counters(string stats) => stats.Split("\r\n")
        .Select(static line => line.Split(' '))
        .Where(static words => words is ["STAT", _, _] && long.TryParse(words[2], out _))
        .ToDictionary(static words => words[1], static words => long.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
}
