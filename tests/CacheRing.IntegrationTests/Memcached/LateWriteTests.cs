using CacheRing.Failover;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>A write whose call has ended and that is still on its way.</summary>
[TestFixture]
public sealed class LateWriteTests
{
    private const int Length = 1_000_000;

    [TestCase("alone")]
    [TestCase("in a batch")]
    public async Task It_lands_whole_with_its_own_bytes_though_its_call_has_long_ended(string how)
    {
        await using MemcachedFleet servers = await MemcachedFleet.StartAsync(2, new() { MaxItemSize = "8m", MemoryMegabytes = 256 });

        // The connection must outlive the silence, and nobody remove the write, or there would be none to see.
        await using CacheUnderTest app = CacheUnderTest.Over(servers.Endpoints, static options =>
        {
            options.Failover.ConnectTimeout = TimeSpan.FromMinutes(1);
            options.Failover.SilenceTimeout = TimeSpan.FromMinutes(1);
            options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(250);
            options.Failover.Protections = Protections.All & ~Protections.Hints;
        });
        string[] frozen = app.KeysOf(0, 20);
        string[] others = app.KeysOf(1, 20);
        await Poll.UntilAsync(() => IsReadAsync(app, frozen[0]), "the cache to be warm");

        servers[0].Suspend();
        if (how == "alone")
            await Task.WhenAll(frozen.Select(key => app.Cache.SetAsync(key, Bytes('A'), new())));
        else
            Assert.That((await app.Cache.SetManyAsync(frozen.ToDictionary(static key => key, static _ => Bytes('A')), new())).IsComplete, Is.False);

        // What has been given back too early is now filled with something else.
        foreach (string key in others)
            await app.Cache.SetAsync(key, Bytes('B'), new());
        servers[0].Resume();

        // Answered behind all that was still to land.
        await Poll.UntilAsync(() => IsReadAsync(app, app.KeysOf(0, 21)[20]), "the node to serve again");
        int landed = 0;
        foreach (string key in frozen)
        {
            if (await app.Cache.GetAsync(key) is not { Length: Length } late)
                continue;
            landed++;
            Assert.That(late.AsSpan().IndexOfAnyExcept((byte)'A'), Is.EqualTo(-1), key);
        }

        // A batch goes in windows: those that were never begun when their time was over are not sent.
        Assert.That(landed, Is.GreaterThan(0), "what was being sent was sent to its end");
    }

    private static async Task<bool> IsReadAsync(CacheUnderTest app, string key)
    {
        await app.Cache.SetAsync(key, [1], new());
        return await app.Cache.GetAsync(key) is [1];
    }

    private static byte[] Bytes(char letter)
    {
        byte[] bytes = new byte[Length];
        Array.Fill(bytes, (byte)letter);
        return bytes;
    }
}
