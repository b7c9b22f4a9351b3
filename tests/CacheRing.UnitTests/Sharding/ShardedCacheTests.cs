using System.Buffers;
using CacheRing.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Sharding;

/// <summary>What does not depend on the kind of server, on nodes in the process and a clock of the test's.</summary>
[TestFixture]
internal sealed class ShardedCacheTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private ServiceProvider _services = null!;
    private IShardedCache _cache = null!;

    [SetUp]
    public void CreateCache()
    {
        _services = Caches.Services(static options => options.AddMemoryNodes(3, slots: true), _time);
        _cache = _services.Cache();
    }

    [TearDown]
    public void DisposeCache() => _services.Dispose();

    [Test]
    public void Locate_names_the_owner_the_hash_and_the_ring()
    {
        CacheRoute route = _cache.Locate("session:0");
        Assert.That(route.Hash, Is.EqualTo(0x4e5e461b61b534af));
        Assert.That(route.Owner, Is.EqualTo("n2"));
        Assert.That(route.RingFingerprint, Is.EqualTo(HashRings.Create(new RingOptions(), "", Caches.Members(3, slots: true)).Fingerprint));
    }

    [Test]
    public async Task An_entry_dies_by_the_clock_of_the_time_provider()
    {
        await _cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.That(await _cache.GetAsync("a"), Is.EqualTo([1]));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await _cache.GetAsync("a"), Is.Null);
    }

    [Test]
    public async Task Reads_prolong_a_sliding_entry_up_to_its_cap()
    {
        await _cache.SetAsync("a", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(12), SlidingExpiration = TimeSpan.FromMinutes(5) });
        for (int minute = 0; minute < 8; minute += 4)
        {
            _time.Advance(TimeSpan.FromMinutes(4));
            Assert.That(await _cache.GetAsync("a"), Is.Not.Null, $"after {minute + 4} minutes");
        }

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.That(await _cache.GetAsync("a"), Is.Null, "the cap");
    }

    [Test]
    public async Task Refresh_prolongs_a_sliding_entry_and_nothing_else()
    {
        await _cache.SetAsync("sliding", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(5) });
        await _cache.SetAsync("absolute", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
        _time.Advance(TimeSpan.FromMinutes(4));
        await _cache.RefreshAsync("sliding");
        await _cache.RefreshAsync("absolute");
        await _cache.RefreshAsync("absent");
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.That(await _cache.GetAsync("sliding"), Is.Not.Null);
        Assert.That(await _cache.GetAsync("absolute"), Is.Null);
        Assert.That(await _cache.GetAsync("absent"), Is.Null);
    }

    [Test]
    public async Task An_entry_without_expiry_lives_for_the_default_expiration()
    {
        using ServiceProvider services = Caches.Services(
            static options =>
            {
                options.AddMemoryNodes(1);
                options.DefaultExpiration = TimeSpan.FromMinutes(1);
            },
            _time);
        await services.Cache().SetAsync("a", [1], new());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await services.Cache().GetAsync("a"), Is.Null);

        await _cache.SetAsync("a", [1], new());
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.That(await _cache.GetAsync("a"), Is.Not.Null, "without a default it lives for ever");
    }

    [Test]
    public async Task The_cache_keeps_a_copy_of_what_it_was_given_and_gives_copies()
    {
        byte[] value = [1, 2, 3];
        await _cache.SetAsync("a", value, new());
        value[0] = 9;
        byte[]? first = await _cache.GetAsync("a");
        first![1] = 9;
        Assert.That(await _cache.GetAsync("a"), Is.EqualTo([1, 2, 3]));
    }

    [Test]
    public void Nulls_are_refused_by_name()
    {
        Assert.That(() => _cache.GetAsync(null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("key"));
        Assert.That(() => _cache.SetAsync("a", null!, new()), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("value"));
        Assert.That(() => _cache.SetAsync("a", [], null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("options"));
        Assert.That(() => _cache.TryGet("a", null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("destination"));
        Assert.That(async () => await _cache.GetManyAsync(null!), Throws.ArgumentNullException);
        Assert.That(async () => await _cache.GetManyAsync(["a", null!]), Throws.ArgumentException);
        Assert.That(async () => await _cache.SetManyAsync([new("a", null!)], new()), Throws.ArgumentException);
        Assert.That(async () => await _cache.RemoveManyAsync([null!]), Throws.ArgumentException);
    }

    [Test]
    public async Task A_value_over_the_limit_is_refused_by_name_and_one_at_the_limit_is_kept()
    {
        using ServiceProvider services = Caches.Services(static options =>
        {
            options.AddMemoryNodes(1);
            options.MaxValueBytes = 100;
        });
        IShardedCache cache = services.Cache();
        await cache.SetAsync("a", new byte[100], new());
        Assert.That(await cache.GetAsync("a"), Has.Length.EqualTo(100));
        Assert.That(
            () => cache.SetAsync("a", new byte[101], new()),
            Throws.ArgumentException.With.Message.Contains("101 bytes").And.Message.Contains("MaxValueBytes"));
        Assert.That(async () => await cache.SetAsync("a", new ReadOnlySequence<byte>(new byte[101]), new()), Throws.ArgumentException);
        Assert.That(async () => await cache.SetManyAsync([new("a", new byte[101])], new()), Throws.ArgumentException);
    }

    [Test]
    public void After_disposal_every_member_says_so()
    {
        _services.Dispose();
        Assert.That(() => _cache.Locate("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _cache.Get("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _cache.GetAsync("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _cache.SetAsync("a", [1], new()), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _cache.RemoveAsync("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _cache.RefreshAsync("a"), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await _cache.GetManyAsync(["a"]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(_services.Dispose, Throws.Nothing, "twice");
    }

    [Test]
    public void A_token_that_is_already_cancelled_stops_the_call_before_anything_is_sent()
    {
        CancellationToken cancelled = new(canceled: true);
        Assert.That(() => _cache.GetAsync("a", cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _cache.TryGetAsync("a", new ArrayBufferWriter<byte>(), cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => _cache.SetAsync("a", [1], new(), cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => _cache.RemoveAsync("a", cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => _cache.RefreshAsync("a", cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await _cache.GetManyAsync(["a"], cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_cache.Get("a"), Is.Null);
    }

    [Test]
    public async Task Hash_tags_bring_keys_to_one_node()
    {
        using ServiceProvider services = Caches.Services(static options =>
        {
            options.AddMemoryNodes(10);
            options.Ring.HashTags = true;
        });
        IShardedCache cache = services.Cache();
        string[] owners = [.. Enumerable.Range(0, 50).Select(i => cache.Locate($"cart:{{user7}}:{i}").Owner).Distinct()];
        Assert.That(owners, Has.Length.EqualTo(1));

        await cache.SetAsync("a{t}", [1], new());
        Assert.That(await cache.GetAsync("b{t}"), Is.Null, "they are different keys all the same");
    }
}
