namespace CacheRing.UnitTests.Patterns;

/// <summary>A much-read value is loaded anew before it expires, behind its readers' backs.</summary>
[TestFixture]
internal sealed class EarlyRefreshTests
{
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private static readonly ShardedHybridCacheEntryOptions Early = new() { Expiration = Life, EarlyRefreshBeta = 1, LeaseDuration = TimeSpan.FromMinutes(1) };

    [Test]
    public async Task Shortly_before_the_end_a_reader_gets_the_old_value_at_once_and_the_new_one_is_loaded_in_the_background()
    {
        using HybridUnderTest cache = new();
        await LoadAsync(cache, 1, Early);
        cache.Time.Advance(Life - TimeSpan.FromMilliseconds(1));
        Task<int> read = cache.GetAsync("a", 2, Early);
        Assert.That(await read, Is.EqualTo(1));
        await UntilAsync(() => cache.CountOf("refreshed") == 1);
        Assert.That(await cache.GetAsync("a", 3, Early), Is.EqualTo(2));
        cache.Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.That(await cache.GetAsync("a", 4, Early), Is.EqualTo(2), "it lives on");
    }

    [Test]
    public async Task Long_before_the_end_and_without_the_option_nothing_is_loaded()
    {
        using HybridUnderTest cache = new();
        await LoadAsync(cache, 1, Early);
        cache.Time.Advance(Life / 2);
        for (int i = 0; i < 1000; i++)
            await cache.GetAsync("a", 2, Early);
        cache.Time.Advance((Life / 2) - TimeSpan.FromMilliseconds(1));
        for (int i = 0; i < 100; i++)
            Assert.That(await cache.GetAsync("a", 3), Is.EqualTo(1));
        Assert.That(cache.CountOf("refreshed"), Is.Zero);
    }

    [Test]
    public async Task A_refresh_that_fails_costs_the_readers_nothing()
    {
        using HybridUnderTest cache = new();
        await LoadAsync(cache, 1, Early);
        cache.Time.Advance(Life - TimeSpan.FromMilliseconds(1));
        Assert.That(await cache.FailAsync<int>("a", Early), Is.EqualTo(1));
        await UntilAsync(() => cache.CountOf("failed") == 1);
        Assert.That(await cache.GetAsync("a", 2, Early), Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_removed_while_it_is_refreshed_stays_removed()
    {
        using HybridUnderTest cache = new();
        await LoadAsync(cache, 1, Early);
        cache.Time.Advance(Life - TimeSpan.FromMilliseconds(1));
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<int> load = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await cache.Hybrid.GetOrCreateAsync(
            "a",
            async token =>
            {
                begun.SetResult();
                return await load.Task.WaitAsync(token);
            },
            Early);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await cache.Hybrid.RemoveAsync("a");
        load.SetResult(2);
        await UntilAsync(() => cache.CountOf("refreshed") == 1);
        Assert.That(await cache.GetAsync("a", 3, Early), Is.EqualTo(3));
    }

    [Test]
    public async Task A_value_in_the_process_is_refreshed_too()
    {
        using HybridUnderTest cache = new(static options =>
        {
            options.LocalCache.IsEnabled = true;
            options.LocalCache.Expiration = TimeSpan.FromHours(1);
        });
        await LoadAsync(cache, 1, Early);
        Assert.That(cache.GetAsync("a", 2, Early).IsCompletedSuccessfully, Is.True);
        cache.Time.Advance(Life - TimeSpan.FromMilliseconds(1));
        Assert.That(await cache.GetAsync("a", 2, Early), Is.EqualTo(1));
        Assert.That(cache.CountOf("local_hit"), Is.EqualTo(2));
        await UntilAsync(() => cache.CountOf("refreshed") == 1);
        Assert.That(await cache.GetAsync("a", 3, Early), Is.EqualTo(2));
    }

    private static async Task LoadAsync(HybridUnderTest cache, int value, ShardedHybridCacheEntryOptions options)
    {
        await cache.Hybrid.GetOrCreateAsync(
            "a",
            (cache.Time, value),
            static (it, _) =>
            {
                it.Time.Advance(LoadTime);
                return ValueTask.FromResult(it.value);
            },
            options);

        // Who joins a flight that is about to end has its factory.
        await UntilAsync(() => cache.FlightsUnderWay == 0);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        while (!condition())
            await Task.Delay(5, deadline.Token);
    }
}
