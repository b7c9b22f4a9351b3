using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Sharding;

/// <summary>The raw format keeps bytes as given, and refuses what needs a header.</summary>
[TestFixture]
internal sealed class RawFormatTests
{
    private ServiceProvider _services = null!;
    private IShardedCache _cache = null!;

    [SetUp]
    public void CreateCache()
    {
        _services = Caches.Services(static options =>
        {
            options.AddMemoryNodes(2);
            options.EntryFormat = EntryFormat.Raw;
        });
        _cache = _services.Cache();
    }

    [TearDown]
    public void DisposeCache() => _services.Dispose();

    [Test]
    public void A_sliding_expiration_is_refused_with_the_way_out() =>
        Assert.That(
            () => _cache.SetAsync("a", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) }),
            Throws.InvalidOperationException.With.Message.Contains("EntryFormat.Raw").And.Message.Contains("EntryFormat.CacheRing"));

    [Test]
    public async Task An_absolute_expiration_is_kept_and_refresh_does_nothing()
    {
        await _cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        await _cache.RefreshAsync("a");
        Assert.That(await _cache.GetAsync("a"), Is.EqualTo([1]));
    }

    [Test]
    public async Task An_empty_value_is_a_value()
    {
        await _cache.SetAsync("a", [], new());
        Assert.That(await _cache.GetAsync("a"), Is.Empty.And.Not.Null);
    }
}
