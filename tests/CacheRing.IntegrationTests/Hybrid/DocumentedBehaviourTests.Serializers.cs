using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>What values are written with: as they are, as JSON, or by the app's own serializers.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task Strings_and_arrays_of_bytes_are_kept_as_they_are()
    {
        string text = "\"quoted\" \\ \0 ä 🔑";
        byte[] bytes = [0, 255, 34, 92];
        Assert.That(await ThroughStorageAsync(text, ""), Is.EqualTo(text));
        Assert.That(await ThroughStorageAsync(bytes, []), Is.EqualTo(bytes));
        Assert.That(await ThroughStorageAsync("", "other"), Is.Empty);
        Assert.That(await ThroughStorageAsync<byte[]>([], [1]), Is.Empty);
    }

    [Test]
    public async Task Everything_else_is_kept_as_JSON()
    {
        Order order = new(7, "Jane", [new Line("a", 1.5m), new Line("b", 2)], new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), null);
        Order read = await ThroughStorageAsync(order, null!);
        Assert.That((read.Id, read.Customer, read.Ordered, read.Note), Is.EqualTo((7, "Jane", order.Ordered, (string?)null)));
        Assert.That(read.Lines, Is.EqualTo(order.Lines));
        Assert.That(await ThroughStorageAsync(42, 0), Is.EqualTo(42));
        Assert.That(await ThroughStorageAsync<int?>(42, 0), Is.EqualTo(42));
        Assert.That(await ThroughStorageAsync(new Dictionary<string, int[]> { ["a"] = [1, 2] }, null!), Is.EqualTo(new Dictionary<string, int[]> { ["a"] = [1, 2] }));
    }

    [Test]
    public async Task A_serializer_of_a_type_is_used_for_that_type_and_for_no_other()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services.AddSingleton<IHybridCacheSerializer<Line>>(new LineSerializer("own")));
        Assert.That(await ThroughStorageAsync(app, new Line("a", 1), null!), Is.EqualTo(new Line("own", 1)));
        Assert.That(await ThroughStorageAsync(app, new Other("a"), null!), Is.EqualTo(new Other("a")));
    }

    [Test]
    public async Task A_serializer_of_a_type_may_be_given_for_strings_too()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services.AddSingleton<IHybridCacheSerializer<string>>(new StampSerializer("own")));
        Assert.That(await ThroughStorageAsync(app, "a", ""), Is.EqualTo("own"));
    }

    [Test]
    public async Task Of_two_serializers_of_a_type_the_last_is_used()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services
            .AddSingleton<IHybridCacheSerializer<Line>>(new LineSerializer("first"))
            .AddSingleton<IHybridCacheSerializer<Line>>(new LineSerializer("last")));
        Assert.That(await ThroughStorageAsync(app, new Line("a", 1), null!), Is.EqualTo(new Line("last", 1)));
    }

    [Test]
    public async Task A_factory_of_serializers_is_asked_for_each_type_and_may_decline()
    {
        await using HybridClient app = await Kind.StartAsync(add: static services => services.AddSingleton<IHybridCacheSerializerFactory>(new LineFactory("made")));
        Assert.That(await ThroughStorageAsync(app, new Line("a", 1), null!), Is.EqualTo(new Line("made", 1)));
        Assert.That(await ThroughStorageAsync(app, new Other("a"), null!), Is.EqualTo(new Other("a")), "declined");
    }

    [Test]
    public async Task Of_several_factories_the_last_that_does_not_decline_is_used_and_a_serializer_of_the_type_before_all()
    {
        static void Factories(IServiceCollection services) => services
            .AddSingleton<IHybridCacheSerializerFactory>(new LineFactory("first"))
            .AddSingleton<IHybridCacheSerializerFactory>(new LineFactory("last"))
            .AddSingleton<IHybridCacheSerializerFactory>(new LineFactory("declines", declines: true));

        await using HybridClient app = await Kind.StartAsync(add: Factories);
        Assert.That(await ThroughStorageAsync(app, new Line("a", 1), null!), Is.EqualTo(new Line("last", 1)));
        await using HybridClient own = await Kind.StartAsync(add: static services =>
        {
            services.AddSingleton<IHybridCacheSerializer<Line>>(new LineSerializer("own"));
            Factories(services);
        });
        Assert.That(await ThroughStorageAsync(own, new Line("a", 1), null!), Is.EqualTo(new Line("own", 1)));
    }

    private Task<T> ThroughStorageAsync<T>(T value, T other) => ThroughStorageAsync(One, value, other);

    /// <summary>What is read of a value that was written to the storage.</summary>
    private async Task<T> ThroughStorageAsync<T>(HybridClient app, T value, T other)
    {
        NextKey();
        await app.Cache.SetAsync(Key, value);
        await StoredAsync();
        return await app.LoadAsync(Key, other, With(HybridCacheEntryFlags.DisableLocalCacheRead));
    }
}
