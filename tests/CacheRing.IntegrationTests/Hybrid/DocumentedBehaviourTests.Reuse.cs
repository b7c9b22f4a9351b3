using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Which objects are given to more than one caller.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task Each_caller_has_an_instance_of_its_own_by_default()
    {
        Basket made = await One.LoadAsync(Key, new Basket { Items = ["a"] });
        made.Items.Add("changed");
        Basket first = await One.LoadAsync(Key, new Basket());
        first.Items.Add("changed too");
        Assert.That((await One.LoadAsync(Key, new Basket())).Items, Is.EqualTo(["a"]));
    }

    [Test]
    public async Task Each_concurrent_caller_of_a_factory_has_an_instance_of_its_own()
    {
        HeldFactory<Basket> factory = new(static () => new Basket { Items = ["a"] });
        Task<Basket>[] before = [.. Callers()];
        await factory.BegunAsync();
        Task<Basket>[] during = [.. Callers()];
        factory.Finish();
        await AreOwnAsync([.. before, .. during]);
        Assert.That(factory.Calls, Is.EqualTo(1));

        IEnumerable<Task<Basket>> Callers() => Enumerable.Range(0, 5).Select(_ => One.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask());
    }

    [Test]
    public async Task Each_concurrent_caller_of_a_stored_value_has_an_instance_of_its_own()
    {
        await One.LoadAsync(Key, new Basket { Items = ["a"] });
        await StoredAsync();
        await AreOwnAsync([.. Enumerable.Range(0, 10).Select(_ => Two.LoadAsync(Key, new Basket()).AsTask())]);
    }

    [Test]
    public async Task A_sealed_type_that_is_marked_as_immutable_is_reused_and_so_is_a_string()
    {
        await One.LoadAsync(Key, new Frozen("a"));
        await One.LoadAsync($"{Key}:text", Key + "text");
        Frozen first = await One.LoadAsync(Key, new Frozen("b"));
        string text = await One.LoadAsync($"{Key}:text", "b");
        if (!Kind.HasLocalCache)
            return;
        Assert.That(await One.LoadAsync(Key, new Frozen("b")), Is.SameAs(first));
        Assert.That(await One.LoadAsync($"{Key}:text", "b"), Is.SameAs(text));
    }

    [Test]
    public async Task A_type_that_is_only_marked_or_only_sealed_is_not_reused()
    {
        await One.LoadAsync(Key, new OpenFrozen("a"));
        await One.LoadAsync($"{Key}:silent", new SilentFrozen("a"));
        Assert.That(await One.LoadAsync(Key, new OpenFrozen("b")), Is.Not.SameAs(await One.LoadAsync(Key, new OpenFrozen("b"))));
        Assert.That(
            await One.LoadAsync($"{Key}:silent", new SilentFrozen("b")),
            Is.EqualTo(new SilentFrozen("a")).And.Not.SameAs(await One.LoadAsync($"{Key}:silent", new SilentFrozen("b"))));
    }

    private static async Task AreOwnAsync(Task<Basket>[] callers)
    {
        Basket[] baskets = await Task.WhenAll(callers).WaitAsync(Poll.DefaultDeadline);
        for (int i = 0; i < baskets.Length; i++)
        {
            Assert.That(baskets[i].Items, Is.EqualTo(["a"]));
            baskets[i].Items.Add($"changed by {i}");
        }
    }
}
