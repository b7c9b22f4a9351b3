using System.Globalization;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>The cache's clock stands still or jumps, the server's does not: so it shows which of them ends an entry.</summary>
[TestFixture]
public sealed class DeadlineTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private MemcachedServer _server = null!;
    private FakeTimeProvider _time = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await MemcachedServer.StartAsync();

        // Deadlines are whole milliseconds, rounded up: so that the clock can stand on one.
        _time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task An_entry_ends_on_the_millisecond_while_the_server_still_has_it()
    {
        await using CacheUnderTest app = Over(EntryFormat.CacheRing);
        await app.Cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = Hour + (300 * Millisecond) });
        _time.Advance(Hour + (299 * Millisecond));
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        _time.Advance(Millisecond);
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
        Assert.That(await app.Cache.TryGetAsync("a", new System.Buffers.ArrayBufferWriter<byte>()), Is.False);
        Assert.That(await app.Cache.GetManyAsync(["a"]), Is.Empty);
        Assert.That(await SecondsLeftAsync("a"), Is.GreaterThan(3000));
    }

    [Test]
    public async Task A_read_renews_a_sliding_entry_up_to_its_cap_and_never_beyond()
    {
        await using CacheUnderTest app = Over(EntryFormat.CacheRing);
        await app.Cache.SetAsync("a", [1], new() { SlidingExpiration = Hour, AbsoluteExpirationRelativeToNow = 1.5 * Hour });
        Assert.That(await SecondsLeftAsync("a"), Is.InRange(3590, 3602), "the window");

        _time.Advance(Hour);
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        await Poll.UntilAsync(async () => await SecondsLeftAsync("a") <= 1802, "what is left until the cap");
        Assert.That(await SecondsLeftAsync("a"), Is.GreaterThan(1700));

        _time.Advance(Hour / 2);
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "the cap");
    }

    [Test]
    public async Task Without_a_header_the_server_is_told_no_more_than_was_asked_for()
    {
        await using CacheUnderTest app = Over(EntryFormat.Raw);
        await app.Cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = Hour });
        Assert.That(await SecondsLeftAsync("a"), Is.InRange(3590, 3600));
        await app.Cache.SetManyAsync([new("b", [1])], new() { AbsoluteExpirationRelativeToNow = Hour - Millisecond });
        Assert.That(await SecondsLeftAsync("b"), Is.InRange(3590, 3600), "rounded up to a second");
        await app.Cache.SetAsync("c", [1], new());
        Assert.That(await SecondsLeftAsync("c"), Is.EqualTo(-1));
    }

    // No call has a deadline while the clock stands still: nothing here depends on how fast the machine is.
    private CacheUnderTest Over(EntryFormat format) => new(
        options =>
        {
            options.EntryFormat = format;
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
            options.Nodes.Add(new NodeOptions { Name = "node-0", Endpoint = _server.Endpoint });
        },
        services => services.AddSingleton<TimeProvider>(_time));

    private async Task<long> SecondsLeftAsync(string key) =>
        long.Parse((await _server.ExecuteAsync($"mg {key} t")).TrimEnd()["HD t".Length..], CultureInfo.InvariantCulture);
}
