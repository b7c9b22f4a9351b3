using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>How read-through and write-through caches are registered and resolved.</summary>
[TestFixture]
internal sealed class PatternRegistrationTests
{
    [Test]
    public void The_only_one_of_its_type_is_resolved_with_and_without_its_name()
    {
        using ServiceProvider services = Build(static cache => cache.AddReadThrough<int, string, Store>("one"));
        Assert.That(
            services.GetRequiredService<IReadThroughCache<int, string>>(),
            Is.SameAs(services.GetRequiredKeyedService<IReadThroughCache<int, string>>("one")));
    }

    [Test]
    public void Of_several_each_is_resolved_by_its_name_and_none_without()
    {
        using ServiceProvider services = Build(static cache => cache
            .AddReadThrough<int, string, Store>("one")
            .AddWriteThrough<int, string, Store>("two"));
        Assert.That(services.GetRequiredKeyedService<IReadThroughCache<int, string>>("two"), Is.SameAs(services.GetRequiredService<IWriteThroughCache<int, string>>()));
        Assert.That(services.GetRequiredKeyedService<IReadThroughCache<int, string>>("one"), Is.Not.Null);
        InvalidOperationException unclear = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IReadThroughCache<int, string>>())!;
        Assert.That(unclear.Message, Does.Contain("one, two"));
    }

    [TestCase("")]
    [TestCase("a:b")]
    [TestCase("with space")]
    public void A_name_that_could_be_mistaken_in_a_key_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => Build(cache => cache.AddReadThrough<int, string, Store>(name)));

    [Test]
    public void A_name_is_given_once() =>
        Assert.Throws<ArgumentException>(static () => Build(static cache => cache
            .AddReadThrough<int, string, Store>("one")
            .AddReadThrough<string, int, OtherStore>("one")));

    [Test]
    public async Task What_cannot_work_is_found_when_the_host_starts()
    {
        await FailsAsync(static cache => cache.AddReadThrough<int, string, Store>("one", static options => options.Entry = new() { Expiration = TimeSpan.Zero }), "Expiration");
        await FailsAsync(static cache => cache.AddReadThrough<int, string, Store>("one"), "EntryFormat", static options => options.EntryFormat = EntryFormat.Raw);
    }

    [Test]
    public async Task Each_load_has_a_scope_of_its_own()
    {
        using ServiceProvider services = Build(static cache => cache.AddReadThrough<int, string, Store>("one"));
        IReadThroughCache<int, string> cache = services.GetRequiredService<IReadThroughCache<int, string>>();
        Assert.That((await cache.GetAsync(1)).Value, Is.Not.EqualTo((await cache.GetAsync(2)).Value));
        Assert.That((await cache.GetAsync(1)).Value, Is.EqualTo((await cache.GetAsync(1)).Value));
    }

    [Test]
    public async Task The_encoder_that_is_registered_makes_the_keys()
    {
        using ServiceProvider services = Build(
            static cache => cache.AddReadThrough<int, string, Store>("one"),
            add: static services => services.AddSingleton<ICacheKeyEncoder<int>, Hex>());
        await services.GetRequiredService<IReadThroughCache<int, string>>().GetAsync(255);
        Assert.That(await services.GetRequiredService<IShardedCache>().GetAsync("one:ff"), Is.Not.Null);
    }

    private static async Task FailsAsync(Action<IShardedCacheBuilder> add, string option, Action<ShardedCacheOptions>? configure = null)
    {
        using ServiceProvider services = Build(add, configure);
        OptionsValidationException invalid = (await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            foreach (IHostedService hosted in services.GetServices<IHostedService>())
                await hosted.StartAsync(default);
        }))!;
        Assert.That(invalid.Message, Does.Contain(option).And.Contain("one"));
    }

    private static ServiceProvider Build(
        Action<IShardedCacheBuilder> build, Action<ShardedCacheOptions>? configure = null, Action<IServiceCollection>? add = null)
    {
        ServiceCollection services = new();
        add?.Invoke(services);
        build(services.AddShardedCache(options =>
        {
            options.AddMemoryNodes(3);
            configure?.Invoke(options);
        }));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    private sealed class Hex : ICacheKeyEncoder<int>
    {
        public string Encode(int key) => key.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Store : ICacheStore<int, string>
    {
        private readonly string _name = Guid.NewGuid().ToString();

        public ValueTask<CacheLookup<string>> LoadAsync(int key, CancellationToken cancellationToken) => new(_name);

        public ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, string>> writes, CancellationToken cancellationToken) => default;
    }

    private sealed class OtherStore : ICacheLoader<string, int>
    {
        public ValueTask<CacheLookup<int>> LoadAsync(string key, CancellationToken cancellationToken) => new(1);
    }
}
