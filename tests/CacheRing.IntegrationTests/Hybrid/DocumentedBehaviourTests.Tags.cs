namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Removing entries by their tags, and all of them.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task A_removed_tag_takes_the_entries_that_have_it_and_no_others()
    {
        await One.LoadAsync($"{Key}:has", 1, tags: [$"tag-{Key}", "other"]);
        await One.Cache.SetAsync($"{Key}:set", 1, tags: [$"tag-{Key}"]);
        await One.LoadAsync($"{Key}:not", 1, tags: ["other"]);
        await One.LoadAsync($"{Key}:none", 1);
        await One.Cache.RemoveByTagAsync($"tag-{Key}");
        Assert.That(await One.LoadAsync($"{Key}:has", 2, tags: [$"tag-{Key}", "other"]), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:set", 2, tags: [$"tag-{Key}"]), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:not", 2, tags: ["other"]), Is.EqualTo(1));
        Assert.That(await One.LoadAsync($"{Key}:none", 2), Is.EqualTo(1));
    }

    [Test]
    public async Task An_entry_of_a_removed_tag_is_a_miss_for_an_app_that_comes_later_too()
    {
        await One.LoadAsync(Key, 1, tags: [$"tag-{Key}"]);
        await StoredAsync();
        await One.Cache.RemoveByTagAsync($"tag-{Key}");
        await using HybridClient later = await Kind.StartAsync();
        Assert.That(await later.LoadAsync(Key, 2, tags: [$"tag-{Key}"]), Is.EqualTo(2));
        Assert.That(await later.LoadAsync(Key, 3, tags: [$"tag-{Key}"]), Is.EqualTo(2), "what is stored afterwards is good");
    }

    [Test]
    public async Task Of_several_removed_tags_each_takes_its_entries()
    {
        string[] tags = [$"a-{Key}", $"b-{Key}", $"c-{Key}"];
        foreach (string tag in tags)
            await One.LoadAsync($"{Key}:{tag}", 1, tags: [tag]);
        await One.Cache.RemoveByTagAsync(tags[..2]);
        Assert.That(await One.LoadAsync($"{Key}:{tags[0]}", 2, tags: [tags[0]]), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:{tags[1]}", 2, tags: [tags[1]]), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:{tags[2]}", 2, tags: [tags[2]]), Is.EqualTo(1));
    }

    [Test]
    public async Task Removing_a_tag_is_logical_so_that_the_storage_keeps_its_entries_until_they_expire()
    {
        await One.LoadAsync(Key, 1, tags: [$"tag-{Key}"]);
        await StoredAsync();
        await One.Cache.RemoveByTagAsync($"tag-{Key}");
        Assert.That(await Kind.IsStoredAsync(Key), Is.True);
    }

    [Test]
    public async Task Removing_the_asterisk_takes_all_entries_also_those_without_tags()
    {
        await One.LoadAsync($"{Key}:tagged", 1, tags: ["tag"]);
        await One.LoadAsync($"{Key}:plain", 1);
        await StoredAsync($"{Key}:tagged");
        await StoredAsync($"{Key}:plain");
        await One.Cache.RemoveByTagAsync("*");
        await using HybridClient later = await Kind.StartAsync();
        Assert.That(await later.LoadAsync($"{Key}:plain", 2), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:tagged", 2, tags: ["tag"]), Is.EqualTo(2));
        Assert.That(await One.LoadAsync($"{Key}:tagged", 3, tags: ["tag"]), Is.EqualTo(2), "what is stored afterwards is good");
    }

    [Test]
    public async Task An_asterisk_within_a_tag_stands_for_itself()
    {
        await One.LoadAsync(Key, 1, tags: [$"foo{Key}"]);
        await One.LoadAsync($"{Key}:itself", 1, tags: [$"foo{Key[..^1]}*"]);
        await One.Cache.RemoveByTagAsync($"foo{Key[..^1]}*");
        Assert.That(await One.LoadAsync(Key, 2, tags: [$"foo{Key}"]), Is.EqualTo(1));
        Assert.That(await One.LoadAsync($"{Key}:itself", 2, tags: [$"foo{Key[..^1]}*"]), Is.EqualTo(2));
    }

    [TestCase("*")]
    [TestCase("")]
    [TestCase(" ")]
    public void An_entry_cannot_have_the_asterisk_or_white_space_for_a_tag(string tag)
    {
        Assert.That(async () => await One.LoadAsync(Key, 1, tags: [tag]), Throws.InstanceOf<ArgumentException>());
        Assert.That(async () => await One.LoadAsync(Key, 1, tags: ["good", tag]), Throws.InstanceOf<ArgumentException>());
        Assert.That(async () => await One.Cache.SetAsync(Key, 1, tags: [tag]), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public async Task An_entry_may_have_any_number_of_tags()
    {
        string[] tags = [.. Enumerable.Range(0, 50).Select(i => $"{Key}-{i}")];
        await One.LoadAsync(Key, 1, tags: tags);
        Assert.That(await One.LoadAsync(Key, 2, tags: tags), Is.EqualTo(1));
        await One.Cache.RemoveByTagAsync(tags[37]);
        Assert.That(await One.LoadAsync(Key, 3, tags: tags), Is.EqualTo(3));
    }
}
