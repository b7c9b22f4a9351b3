using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>How read-through, write-through and write-behind caches are registered and resolved.</summary>
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

    [TestCaseSource(nameof(Unfit))]
    public async Task A_setting_of_write_behind_that_cannot_be_used_is_named(string option, Action<WriteBehindOptions> set) =>
        await FailsAsync(cache => cache.AddWriteBehind<int, string, Store>("one", set), option);

    [Test]
    public async Task A_write_behind_cache_takes_reads_and_gives_the_store_what_was_written()
    {
        ConcurrentQueue<StoreWrite<int, string>> written = new();
        using ServiceProvider services = Build(
            static cache => cache.AddWriteBehind<int, string, Store>("one", static options => options.BatchDelay = TimeSpan.FromHours(1)),
            add: services => services.AddSingleton(written));
        IWriteBehindCache<int, string> cache = services.GetRequiredService<IWriteBehindCache<int, string>>();
        Assert.That(services.GetRequiredService<IReadThroughCache<int, string>>(), Is.SameAs(cache));
        await cache.SetAsync(1, "a");
        await cache.SetAsync(1, "b");
        await cache.RemoveAsync(2);
        Assert.That((await cache.GetAsync(1)).Value, Is.EqualTo("b"));
        Assert.That((await cache.GetAsync(2)).IsFound, Is.False);
        Assert.That((await cache.GetManyAsync([1, 2, 3])).Keys, Is.EquivalentTo(new[] { 1, 3 }));
        Assert.That(cache.Status.Pending, Is.EqualTo(2));
        await cache.FlushAsync();
        Assert.That(written.Select(static write => (write.Key, write.Kind, write.Value)), Is.EquivalentTo(new[] { (1, StoreWriteKind.Upsert, "b"), (2, StoreWriteKind.Delete, null) }));
        Assert.That((await cache.GetAsync(1)).Value, Is.EqualTo("b"), "the cache has it still");
        Assert.That((await cache.GetAsync(2)).IsFound, Is.True, "the store is asked again");
    }

    [Test]
    public async Task The_end_of_a_scope_is_not_the_end_of_a_cache_that_was_resolved_in_it()
    {
        using ServiceProvider services = Build(static cache => cache.AddWriteBehind<int, string, Store>("one"));
        using (IServiceScope scope = services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<IWriteBehindCache<int, string>>().SetAsync(1, "a");
            _ = scope.ServiceProvider.GetRequiredService<IReadThroughCache<int, string>>();
            _ = scope.ServiceProvider.GetRequiredKeyedService<IReadThroughCache<int, string>>("one");
        }

        IWriteBehindCache<int, string> cache = services.GetRequiredService<IWriteBehindCache<int, string>>();
        await cache.SetAsync(2, "b");
        await cache.FlushAsync();
        Assert.That(cache.Status.Pending, Is.Zero);
    }

    [Test]
    public async Task What_a_write_behind_cache_gives_up_goes_to_the_sink_of_its_name_or_else_to_that_of_its_types([Values] bool named)
    {
        ConcurrentQueue<string> letters = new();
        using ServiceProvider services = Build(
            static cache => cache.AddWriteBehind<int, string, Store>("one"),
            add: services =>
            {
                services.AddSingleton(letters);
                services.AddScoped<IDeadLetterSink<int, string>>(provider => new Sink("any", provider.GetRequiredService<ConcurrentQueue<string>>()));
                if (named)
                    services.AddKeyedScoped<IDeadLetterSink<int, string>>("one", (provider, _) => new Sink("own", provider.GetRequiredService<ConcurrentQueue<string>>()));
            });
        IWriteBehindCache<int, string> cache = services.GetRequiredService<IWriteBehindCache<int, string>>();
        await cache.SetAsync(-1, "bad");
        await cache.FlushAsync();
        Assert.That(letters, Is.EqualTo(new[] { named ? "own: bad" : "any: bad" }));
        Assert.That((await cache.GetAsync(-1)).Value, Is.Not.EqualTo("bad"), "the store never got it");
    }

    private static IEnumerable<TestCaseData> Unfit()
    {
        (string Option, Action<WriteBehindOptions> Set)[] cases =
        [
            ("BatchDelay", static options => options.BatchDelay = TimeSpan.FromSeconds(-1)),
            ("BatchSize", static options => options.BatchSize = 0),
            ("FlushAtPending", static options => options.FlushAtPending = 0),
            ("MaxParallelBatches", static options => options.MaxParallelBatches = 257),
            ("MaxPending", static options => options.MaxPending = 0),
            ("MaxPendingBytes", static options => options.MaxPendingBytes = 0),
            ("MaxAge", static options => options.MaxAge = TimeSpan.Zero),
            ("WhenFull", static options => options.WhenFull = (WriteBehindFullMode)7),
            ("FullTimeout", static options => options.FullTimeout = TimeSpan.Zero),
            ("MaxAttempts", static options => options.MaxAttempts = 0),
            ("RetryDelay", static options => options.RetryDelay = TimeSpan.Zero),
            ("MaxRetryDelay", static options => options.MaxRetryDelay = TimeSpan.FromMilliseconds(99)),
            ("StoreTimeout", static options => options.StoreTimeout = TimeSpan.FromDays(2)),
            ("DeadLetters", static options => options.DeadLetters = (DeadLetterMode)7),
            ("DrainTimeout", static options => options.DrainTimeout = TimeSpan.FromSeconds(-1)),
            ("Entry", static options => options.Entry = new() { Expiration = TimeSpan.Zero }),
        ];
        return cases.Select(static one => new TestCaseData(one.Option, one.Set).SetArgDisplayNames(one.Option));
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

    private sealed class Sink(string name, ConcurrentQueue<string> letters) : IDeadLetterSink<int, string>
    {
        public ValueTask WriteAsync(DeadLetter<int, string> letter, CancellationToken cancellationToken)
        {
            letters.Enqueue($"{name}: {letter.Write.Value}");
            return default;
        }
    }

    private sealed class Store(ConcurrentQueue<StoreWrite<int, string>>? written = null) : ICacheStore<int, string>
    {
        private readonly string _name = Guid.NewGuid().ToString();

        public ValueTask<CacheLookup<string>> LoadAsync(int key, CancellationToken cancellationToken) => new(_name);

        public ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, string>> writes, CancellationToken cancellationToken)
        {
            if (writes.Any(static write => write.Key < 0))
                throw new StoreWriteRejectedException("negative");
            foreach (StoreWrite<int, string> write in writes)
                written?.Enqueue(write);
            return default;
        }
    }

    private sealed class OtherStore : ICacheLoader<string, int>
    {
        public ValueTask<CacheLookup<int>> LoadAsync(string key, CancellationToken cancellationToken) => new(1);
    }
}
