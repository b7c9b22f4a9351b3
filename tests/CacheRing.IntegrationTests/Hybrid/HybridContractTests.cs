using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>What an app may rely on, over every kind of node: two instances of it, and the servers between them.</summary>
public abstract partial class HybridContractTests(Func<Task<IBackend>> start, bool isShared = true)
{
    private static int _names;
    private IBackend _backend = null!;
    private HybridApp _one = null!;
    private HybridApp _two = null!;
    private string _key = null!;

    protected HybridApp One => _one;

    protected HybridApp Two => _two;

    protected string Key => _key;

    protected IBackend Backend => _backend;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await start();
        _one = await HybridApp.StartAsync(_backend.Endpoints);
        _two = isShared ? await HybridApp.StartAsync(_backend.Endpoints) : _one;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _two.DisposeAsync();
        await _one.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [SetUp]
    public void NextKey() => _key = $"key-{Interlocked.Increment(ref _names)}";

    [Test]
    public async Task A_value_is_loaded_once_and_then_found_by_every_instance()
    {
        Assert.That(await Load(_one, 1), Is.EqualTo(1));
        Assert.That(await Load(_one, 2), Is.EqualTo(1));
        Assert.That(await Load(_two, 3), Is.EqualTo(1));
    }

    [Test]
    public async Task A_removed_key_is_loaded_anew_by_every_instance()
    {
        await Load(_one, 1);
        await _two.Hybrid.RemoveAsync(_key);
        Assert.That(await Load(_one, 2), Is.EqualTo(2));
        Assert.That(await Load(_two, 3), Is.EqualTo(2));
    }

    [Test]
    public async Task What_is_stored_by_one_is_found_by_the_other()
    {
        await _one.Hybrid.SetAsync(_key, 5);
        Assert.That(await Load(_two, 6), Is.EqualTo(5));
    }

    [Test]
    public async Task A_thousand_callers_of_a_cold_key_load_it_once()
    {
        int loads = 0;
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int>[] callers =
        [
            .. Enumerable.Range(0, 1000).Select(i => (i % 2 == 0 ? _one : _two).Hybrid.GetOrCreateAsync(_key, async token =>
            {
                Interlocked.Increment(ref loads);
                await go.Task.WaitAsync(token);
                return 42;
            }).AsTask()),
        ];
        await Poll.UntilAsync(() => Volatile.Read(ref loads) > 0, "a load to begin");
        go.SetResult();
        int[] values = await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(values, Has.All.EqualTo(42));
        Assert.That(loads, Is.EqualTo(1));
    }

    [Test]
    public async Task An_exception_reaches_the_caller_and_is_not_cached()
    {
        Assert.That(
            async () => await _one.Hybrid.GetOrCreateAsync<int>(_key, static _ => throw new InvalidOperationException("down")),
            Throws.InvalidOperationException.With.Message.EqualTo("down"));
        Assert.That(await Load(_two, 2), Is.EqualTo(2), "and the lease was given up");
    }

    [Test]
    public async Task A_value_expires()
    {
        HybridCacheEntryOptions options = new() { Expiration = TimeSpan.FromMilliseconds(300) };
        Assert.That(await Load(_one, 1, options), Is.EqualTo(1));
        await Poll.UntilAsync(async () => await Load(_two, 2, options) == 2, "the value to expire");
    }

    [Test]
    public async Task A_removed_tag_takes_every_value_that_has_it_and_no_other()
    {
        string tag = $"tag-{_key}";
        for (int i = 0; i < 10; i++)
        {
            await Load(_one, 1, tags: [tag, "other"], key: $"{_key}:{i}");
            await Load(_one, 1, tags: ["other"], key: $"{_key}:other:{i}");
        }

        await _two.Hybrid.RemoveByTagAsync(tag);
        for (int i = 0; i < 10; i++)
        {
            Assert.That(await Load(_one, 2, tags: [tag, "other"], key: $"{_key}:{i}"), Is.EqualTo(2));
            Assert.That(await Load(_two, 3, key: $"{_key}:{i}"), Is.EqualTo(2), "loaded after the removal; its tags are not named by this caller");
            Assert.That(await Load(_two, 3, key: $"{_key}:other:{i}"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_tag_that_the_reader_does_not_name_takes_the_value_all_the_same()
    {
        string tag = $"tag-{_key}";
        await Load(_one, 1, tags: [tag]);
        Assert.That(await Load(_two, 2), Is.EqualTo(1));
        await _two.Hybrid.RemoveByTagAsync(tag);
        Assert.That(await Load(_one, 2), Is.EqualTo(2));
    }

    [Test]
    public async Task Removing_everything_takes_what_was_stored_before_and_nothing_of_the_sharded_cache_beneath()
    {
        await Load(_one, 1);
        await _one.Cache.SetAsync($"{_key}:session", [1], new());
        await _two.Hybrid.RemoveByTagAsync("*");
        Assert.That(await Load(_one, 2), Is.EqualTo(2));
        Assert.That(await Load(_two, 3), Is.EqualTo(2));
        Assert.That(await _one.Cache.GetAsync($"{_key}:session"), Is.EqualTo([1]));
    }

    [Test]
    public async Task Null_is_a_value_like_any_other()
    {
        Assert.That(await _one.Hybrid.GetOrCreateAsync<string?>(_key, static _ => ValueTask.FromResult<string?>(null)), Is.Null);
        Assert.That(await _two.Hybrid.GetOrCreateAsync<string?>(_key, static _ => ValueTask.FromResult<string?>("there")), Is.Null);
    }

    protected ValueTask<int> Load(HybridApp app, int value, HybridCacheEntryOptions? options = null, string[]? tags = null, string? key = null) =>
        app.Hybrid.GetOrCreateAsync(key ?? _key, value, static (value, _) => ValueTask.FromResult(value), options, tags);
}
