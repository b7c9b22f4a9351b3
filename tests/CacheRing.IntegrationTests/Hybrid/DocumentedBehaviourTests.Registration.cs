using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>How apps, and libraries that they use, come by the cache.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task A_library_that_takes_a_HybridCache_works_with_it()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services.AddSingleton<SomeService>());
        SomeService service = app.Services.GetRequiredService<SomeService>();
        string[] answers = [await service.GetSomeInfoAsync(Key, 1), await service.GetSomeInfoAsync(Key, 1), await service.GetSomeInfoAsync(Key, 2)];
        Assert.That(answers, Is.EqualTo([$"{Key} 1 (1)", $"{Key} 1 (1)", $"{Key} 2 (2)"]));
        await service.ForgetAsync(Key);
        Assert.That(await service.GetSomeInfoAsync(Key, 1), Is.EqualTo($"{Key} 1 (3)"));
    }

    [Test]
    public async Task A_cache_that_is_registered_under_a_key_is_injected_by_it()
    {
        await using HybridClient app = await Kind.StartAsync(add: services =>
        {
            Kind.RegisterKeyed(services, "orders");
            Kind.RegisterKeyed(services, "users");
            services.AddSingleton<TwoCaches>();
        });
        TwoCaches caches = app.Services.GetRequiredService<TwoCaches>();
        Assert.That(caches.Orders, Is.SameAs(app.Services.GetRequiredKeyedService<HybridCache>("orders")));
        Assert.That(caches.Orders, Is.Not.SameAs(caches.Users).And.Not.SameAs(app.Cache));
        Assert.That(await GetAsync(caches.Orders, $"{Key}:1", 1), Is.EqualTo(1));
        Assert.That(await GetAsync(caches.Users, $"{Key}:2", 2), Is.EqualTo(2));
        Assert.That(await GetAsync(caches.Orders, $"{Key}:1", 3), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_a_storage_outside_the_process_values_are_cached_and_stampedes_prevented_all_the_same()
    {
        await using HybridClient app = new(Kind.RegisterAlone);
        HeldFactory<int> factory = new(static () => 42);
        Task<int>[] callers = [.. Enumerable.Range(0, 10).Select(_ => app.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask())];
        await factory.BegunAsync();
        factory.Finish();
        Assert.That(await Task.WhenAll(callers).WaitAsync(Poll.DefaultDeadline), Has.All.EqualTo(42));
        Assert.That(await app.LoadAsync(Key, 1), Is.EqualTo(42));
        Assert.That(factory.Calls, Is.EqualTo(1));
    }

    /// <summary>The documentation's own example of a consumer, with tags.</summary>
    private sealed class SomeService(HybridCache cache)
    {
        private int _loads;

        public async Task<string> GetSomeInfoAsync(string name, int id, CancellationToken token = default) => await cache.GetOrCreateAsync(
            $"{name}-{id}",
            async cancel => await GetDataFromTheSourceAsync(name, id, cancel),
            new() { Expiration = TimeSpan.FromMinutes(1), LocalCacheExpiration = TimeSpan.FromMinutes(1) },
            [name],
            token);

        public ValueTask ForgetAsync(string name) => cache.RemoveByTagAsync(name);

        private Task<string> GetDataFromTheSourceAsync(string name, int id, CancellationToken token) =>
            token.IsCancellationRequested ? Task.FromCanceled<string>(token) : Task.FromResult($"{name} {id} ({++_loads})");
    }

    protected static Task<int> GetAsync(HybridCache cache, string key, int value) =>
        cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(value)).AsTask();

    protected sealed class TwoCaches([FromKeyedServices("orders")] HybridCache orders, [FromKeyedServices("users")] HybridCache users)
    {
        public HybridCache Orders => orders;

        public HybridCache Users => users;
    }
}
