namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Removing entries by their keys.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task A_removed_entry_is_gone_from_the_process_and_from_the_shared_storage()
    {
        await One.LoadAsync(Key, 1);
        await StoredAsync();
        await One.Cache.RemoveAsync(Key);
        Assert.That(await Two.LoadAsync(Key, 2), Is.EqualTo(2));
        await StoredAsync();
        Assert.That(await One.LoadAsync(Key, 3), Is.EqualTo(2));
    }

    [Test]
    public async Task A_collection_of_keys_is_removed_and_no_other()
    {
        string[] keys = [.. Enumerable.Range(0, 10).Select(i => $"{Key}:{i}")];
        foreach (string key in keys)
        {
            await One.LoadAsync(key, 1);
            await StoredAsync(key);
        }

        await One.Cache.RemoveAsync(keys[1..]);
        Assert.That(await One.LoadAsync(keys[0], 2), Is.EqualTo(1));
        foreach (string key in keys[1..])
            Assert.That(await Two.LoadAsync(key, 2), Is.EqualTo(2));
    }

    [Test]
    public async Task A_removed_key_need_not_be_there()
    {
        await One.LoadAsync(Key, 1);
        Assert.That(async () => await One.Cache.RemoveAsync($"{Key}:absent"), Throws.Nothing);
        Assert.That(async () => await One.Cache.RemoveAsync([$"{Key}:absent", Key, Key]), Throws.Nothing);
        Assert.That(await One.LoadAsync(Key, 2), Is.EqualTo(2));
    }

    [Test]
    public async Task No_keys_and_no_tags_are_none_to_remove_also_when_they_are_null()
    {
        await One.LoadAsync(Key, 1, tags: ["tag"]);
        Assert.That(async () => await One.Cache.RemoveAsync((IEnumerable<string>)null!), Throws.Nothing);
        Assert.That(async () => await One.Cache.RemoveAsync([]), Throws.Nothing);
        Assert.That(async () => await One.Cache.RemoveByTagAsync((IEnumerable<string>)null!), Throws.Nothing);
        Assert.That(async () => await One.Cache.RemoveByTagAsync([]), Throws.Nothing);
        Assert.That(await One.LoadAsync(Key, 2), Is.EqualTo(1));
    }
}
