using System.Globalization;
using System.Text;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>Expirations mean the same as on Redis, though the server counts in seconds and reads large numbers as dates.</summary>
[TestFixture]
public sealed class ExpiryTests
{
    private MemcachedServer _server = null!;
    private CacheUnderTest _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await MemcachedServer.StartAsync();
        _app = CacheUnderTest.Over([_server.Endpoint], static options => options.Failover.OperationTimeout = TimeSpan.FromSeconds(10));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [TestCase(1)]
    [TestCase(29)]
    [TestCase(30)]
    [TestCase(31)]
    [TestCase(365)]
    [TestCase(3650)]
    public async Task The_server_keeps_an_entry_for_as_many_days_as_were_asked_for(int days)
    {
        string key = $"days-{days}";
        await _app.Cache.SetAsync(key, [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(days) });
        Assert.That(await SecondsLeftAsync(key), Is.InRange((days * 86_400L) - 10, (days * 86_400L) + 3));
        Assert.That(await _app.Cache.GetAsync(key), Is.EqualTo([1]));
    }

    [Test]
    public async Task Past_the_end_of_the_servers_numbers_an_entry_is_kept_until_then()
    {
        await _app.Cache.SetAsync("century", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(36_500) });
        Assert.That(await SecondsLeftAsync("century"), Is.GreaterThan(365 * 86_400));
        Assert.That(await _app.Cache.GetAsync("century"), Is.EqualTo([1]));
    }

    [Test]
    public async Task An_entry_of_a_third_of_a_second_is_a_miss_on_time_though_the_server_still_has_it()
    {
        await _app.Cache.SetAsync("short", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(300) });
        Assert.That(await SecondsLeftAsync("short"), Is.InRange(0, 2));
        await Poll.UntilAsync(async () => await _app.Cache.GetAsync("short") is null, "the entry to expire", TimeSpan.FromMilliseconds(900));
    }

    [Test]
    public async Task Thousands_of_sliding_reads_among_others_each_get_their_own_value()
    {
        string[] keys = [.. Enumerable.Range(0, 500).Select(static i => $"slide-{i}")];
        for (int i = 0; i < keys.Length; i++)
        {
            DistributedCacheEntryOptions options = new() { SlidingExpiration = i % 2 == 0 ? TimeSpan.FromHours(1) : null };
            await _app.Cache.SetAsync(keys[i], Encoding.ASCII.GetBytes(keys[i]), options);
        }

        // Each sliding one is followed by a touch that nobody waits for, and whose answer comes between the others'.
        byte[]?[] values = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => _app.Cache.GetAsync(keys[i % keys.Length])));
        for (int i = 0; i < values.Length; i++)
            Assert.That(Encoding.ASCII.GetString(values[i]!), Is.EqualTo(keys[i % keys.Length]));
        Assert.That(await _server.ExecuteAsync("stats"), Does.Match(@"STAT (cmd_touch|touch_hits) [1-9]"));
    }

    private async Task<long> SecondsLeftAsync(string key) =>
        long.Parse((await _server.ExecuteAsync($"mg {key} t")).TrimEnd()["HD t".Length..], CultureInfo.InvariantCulture);
}
