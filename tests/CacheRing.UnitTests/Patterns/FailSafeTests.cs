namespace CacheRing.UnitTests.Patterns;

/// <summary>An expired value is at hand when a load fails or takes too long.</summary>
[TestFixture]
internal sealed class FailSafeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly ShardedHybridCacheEntryOptions Safe = new() { Expiration = Minute, FailSafeDuration = TimeSpan.FromHours(1) };

    [Test]
    public async Task A_load_that_fails_gives_the_expired_value_and_says_so_in_metrics()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        cache.Time.Advance(2 * Minute);
        Assert.That(await cache.FailAsync<int>("a", Safe), Is.EqualTo(1));
        Assert.That(cache.CountOf("stale"), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_it_the_failure_is_the_callers()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions plain = new() { Expiration = Minute };
        await cache.GetAsync("a", 1, plain);
        cache.Time.Advance(2 * Minute);
        Assert.That(async () => await cache.FailAsync<int>("a", plain), Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_value_that_is_too_old_for_it_is_not_given_out()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        cache.Time.Advance(TimeSpan.FromHours(1) + (2 * Minute));
        Assert.That(async () => await cache.FailAsync<int>("a", Safe), Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_load_that_succeeds_replaces_the_expired_value()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        cache.Time.Advance(2 * Minute);
        Assert.That(await cache.GetAsync("a", 2, Safe), Is.EqualTo(2));
        Assert.That(await cache.GetAsync("a", 3, Safe), Is.EqualTo(2));
    }

    [Test]
    public async Task After_a_failure_the_load_is_not_tried_again_until_the_delay_is_over()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        cache.Time.Advance(2 * Minute);
        await cache.FailAsync<int>("a", Safe);
        Assert.That(await cache.GetAsync("a", 2, Safe), Is.EqualTo(1), "resting");
        cache.Time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.That(await cache.GetAsync("a", 3, Safe), Is.EqualTo(3));
    }

    [Test]
    public async Task A_removed_value_is_not_given_out_by_it()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        await cache.Hybrid.RemoveAsync("a");
        Assert.That(async () => await cache.FailAsync<int>("a", Safe), Throws.InvalidOperationException);

        await cache.GetAsync("b", 1, Safe, ["t"]);
        await cache.Hybrid.RemoveByTagAsync("t");
        Assert.That(async () => await cache.FailAsync<int>("b", Safe), Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_value_that_is_removed_while_the_load_fails_is_not_given_out()
    {
        using HybridUnderTest cache = new();
        await cache.GetAsync("a", 1, Safe);
        cache.Time.Advance(2 * Minute);
        Task<int> call = cache.Hybrid.GetOrCreateAsync<int>(
            "a",
            async token =>
            {
                await cache.Hybrid.RemoveAsync("a", token);
                throw new InvalidOperationException("down");
            },
            Safe).AsTask();
        Assert.That(async () => await call, Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_load_over_the_soft_timeout_goes_on_and_fills_the_cache_while_callers_have_the_expired_value()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions soft = new()
        {
            Expiration = Minute,
            FailSafeDuration = TimeSpan.FromHours(1),
            FailSafeSoftTimeout = TimeSpan.FromMilliseconds(100),
        };
        await cache.GetAsync("a", 1, soft);
        cache.Time.Advance(2 * Minute);
        TaskCompletionSource<int> load = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> first = cache.Hybrid.GetOrCreateAsync("a", async token => await load.Task.WaitAsync(token), soft).AsTask();
        Task<int> second = cache.GetAsync("a", 99, soft);
        Assert.That(first.IsCompleted || second.IsCompleted, Is.False);
        cache.Time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.That(await first.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(1));
        Assert.That(await second.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(1));

        load.SetResult(2);
        await Eventually(async () => await cache.GetAsync("a", 99) == 2);
    }

    [Test]
    public async Task Without_an_expired_value_a_soft_timeout_does_not_matter()
    {
        using HybridUnderTest cache = new();
        ShardedHybridCacheEntryOptions soft = new() { FailSafeDuration = Minute, FailSafeSoftTimeout = TimeSpan.FromMilliseconds(100) };
        TaskCompletionSource<int> load = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> call = cache.Hybrid.GetOrCreateAsync("a", async token => await load.Task.WaitAsync(token), soft).AsTask();
        cache.Time.Advance(TimeSpan.FromSeconds(1));
        load.SetResult(5);
        Assert.That(await call.WaitAsync(TimeSpan.FromSeconds(10)), Is.EqualTo(5));
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        while (!await condition())
            await Task.Delay(5, deadline.Token);
    }
}
