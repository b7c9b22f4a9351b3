namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Keys and values that are not cached.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task A_key_that_is_too_long_bypasses_the_cache_and_is_logged()
    {
        await using HybridClient app = await Kind.StartAsync(new(LongestKey: 64));
        string fits = Key + new string('k', 64 - Key.Length);
        await app.LoadAsync(fits, 1);
        Assert.That(await app.LoadAsync(fits, 2), Is.EqualTo(1));
        Assert.That(app.HasWarned("key"), Is.False);
        Assert.That(await app.LoadAsync(fits + "k", 1), Is.EqualTo(1));
        Assert.That(await app.LoadAsync(fits + "k", 2), Is.EqualTo(2));
        Assert.That(await app.PeekAsync<int>(fits + "k"), Is.Zero);
        Assert.That(app.HasWarned("key"), Is.True);
    }

    [Test]
    public async Task A_key_may_have_1024_characters_unless_the_app_says_otherwise()
    {
        string fits = Key + new string('k', 1024 - Key.Length);
        await One.LoadAsync(fits, 1);
        Assert.That(await One.LoadAsync(fits, 2), Is.EqualTo(1));
        await One.LoadAsync(fits + "k", 1);
        Assert.That(await One.LoadAsync(fits + "k", 2), Is.EqualTo(2));
    }

    [TestCase("")]
    [TestCase(" ")]
    public async Task A_key_without_content_bypasses_the_cache(string key)
    {
        Assert.That(await One.LoadAsync(key, 1), Is.EqualTo(1));
        Assert.That(await One.LoadAsync(key, 2), Is.EqualTo(2));
    }
}
