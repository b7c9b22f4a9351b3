using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>
/// What is documented and Microsoft's own implementation does not do, or leaves open, or what CacheRing promises instead; each
/// test says which.
/// </summary>
internal abstract class OwnDocumentedBehaviourTests(Func<Task<HybridImplementation>> start) : DocumentedBehaviourTests(start)
{
    // Documented of Microsoft's: "the in-memory cache in other servers isn't affected".
    [Test]
    public async Task A_removal_reaches_what_other_apps_keep_in_their_processes()
    {
        await One.LoadAsync(Key, 1, tags: [$"tag-{Key}"]);
        await Two.LoadAsync(Key, 2, tags: [$"tag-{Key}"]);
        await One.Cache.RemoveAsync(Key);
        await Poll.UntilAsync(async () => await Two.LoadAsync(Key, 3, tags: [$"tag-{Key}"]) == 3, "the removal to be heard of");
        await One.Cache.RemoveByTagAsync($"tag-{Key}");
        await Poll.UntilAsync(async () => await Two.LoadAsync(Key, 4, tags: [$"tag-{Key}"]) == 4, "the tag's removal to be heard of");
    }

    // Documented of Microsoft's: the coordination "doesn't extend to other HybridCache instances".
    [Test]
    public async Task Of_concurrent_callers_in_several_apps_one_calls_the_factory()
    {
        HeldFactory<int> factory = new(static () => 42);
        Task<int>[] callers = [.. Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? One : Two).Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask())];
        await factory.BegunAsync();
        factory.Finish();
        Assert.That(await Task.WhenAll(callers).WaitAsync(Poll.DefaultDeadline), Has.All.EqualTo(42));
        Assert.That(factory.Calls, Is.EqualTo(1));
    }

    // Documented of all callers of a key. Microsoft's throws when their factories take different states.
    [Test]
    public async Task Callers_of_both_overloads_share_a_call_of_the_factory()
    {
        HeldFactory<int> factory = new(static () => 42);
        Task<int> without = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask();
        Task<int> with = One.Cache.GetOrCreateAsync(Key, factory, static (factory, token) => factory.MakeAsync(token)).AsTask();
        await factory.BegunAsync();
        factory.Finish();
        Assert.That(await without.WaitAsync(Poll.DefaultDeadline), Is.EqualTo(42));
        Assert.That(await with.WaitAsync(Poll.DefaultDeadline), Is.EqualTo(42));
        Assert.That(factory.Calls, Is.EqualTo(1));
    }

    // Documented: the behaviour is undefined.
    [Test]
    public async Task A_key_with_half_a_surrogate_pair_bypasses_the_cache()
    {
        Assert.That(await One.LoadAsync(Key + '\ud83d', 1), Is.EqualTo(1));
        Assert.That(await One.LoadAsync(Key + '\ud83d', 2), Is.EqualTo(2));
    }

    // Documented is a limit of characters; a node counts bytes.
    [Test]
    public async Task The_limit_of_a_key_is_in_bytes_of_UTF8()
    {
        await using HybridClient app = await Kind.StartAsync(new(LongestKey: 64));
        string half = Key + new string('ä', 33);
        await app.LoadAsync(half, 1);
        Assert.That(await app.LoadAsync(half, 2), Is.EqualTo(2));
    }

    // Documented. Microsoft's keeps it in the process, where it could not be written for the storage.
    [Test]
    public async Task A_value_that_is_too_large_is_given_to_the_caller_logged_and_not_stored()
    {
        await using HybridClient app = await Kind.StartAsync(new(LargestValue: 1000));
        byte[] fits = new byte[900];
        byte[] large = new byte[2000];
        await app.LoadAsync(Key, fits);
        Assert.That(await app.LoadAsync(Key, large), Has.Length.EqualTo(900));
        Assert.That(app.HasWarned("MaxValueBytes"), Is.False);
        Assert.That(await app.LoadAsync($"{Key}:large", large), Has.Length.EqualTo(2000));
        Assert.That(app.HasWarned("MaxValueBytes"), Is.True);
        Assert.That(await app.LoadAsync($"{Key}:large", fits), Has.Length.EqualTo(900));
    }

    // Documented is another service. Microsoft's keep their values in one IMemoryCache, under the same keys.
    [Test]
    public async Task Caches_under_different_keys_share_no_entry()
    {
        await using HybridClient app = await Kind.StartAsync(add: services =>
        {
            Kind.RegisterKeyed(services, "orders");
            Kind.RegisterKeyed(services, "users");
            services.AddSingleton<TwoCaches>();
        });
        TwoCaches caches = app.Services.GetRequiredService<TwoCaches>();
        Assert.That(await GetAsync(caches.Orders, Key, 1), Is.EqualTo(1));
        Assert.That(await GetAsync(caches.Users, Key, 2), Is.EqualTo(2));
        Assert.That(await GetAsync(app.Cache, Key, 3), Is.EqualTo(3));
        await caches.Orders.RemoveAsync(Key);
        Assert.That(await GetAsync(caches.Users, Key, 4), Is.EqualTo(2));
    }

    [Test]
    public async Task The_serializers_of_an_app_that_had_Microsofts_implementation_are_used()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services.AddHybridCache()
            .AddSerializer(new LineSerializer("own")).AddSerializerFactory(new LineFactory("made")));
        Assert.That(app.Cache, Is.InstanceOf<ShardedHybridCache>(), "the first registration stays, as AddHybridCache only tries");
        await app.Cache.SetAsync(Key, new Line("a", 1));
        Assert.That(
            await app.LoadAsync(Key, new Line("b", 2), new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead }),
            Is.EqualTo(new Line("own", 1)));
    }
}
