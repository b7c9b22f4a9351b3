using System.Runtime.CompilerServices;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Keys: however they are made, and whatever is in them.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task A_key_in_an_interpolated_string_is_the_same_as_in_a_string()
    {
        int id = 42;
        string key = $"/orders/{Key}/{id}";
        Assert.That(await One.Cache.GetOrCreateAsync($"/orders/{Key}/{id}", static _ => ValueTask.FromResult(1)), Is.EqualTo(1));
        Assert.That(await One.LoadAsync(key, 2), Is.EqualTo(1));
        Assert.That(await One.Cache.GetOrCreateAsync($"/orders/{Key}/{id}", 3, static (state, _) => ValueTask.FromResult(state)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_in_a_handler_of_interpolated_strings_is_the_same_as_in_a_string()
    {
        Assert.That(await WithHandler(One, 1), Is.EqualTo(1));
        Assert.That(await WithHandlerAndState(One, 2), Is.EqualTo(1));
        Assert.That(await One.LoadAsync($"user_prefs_{Key}", 3), Is.EqualTo(1));

        ValueTask<int> WithHandler(HybridClient app, int value)
        {
            DefaultInterpolatedStringHandler handler = Handler();
            return app.Cache.GetOrCreateAsync(ref handler, _ => ValueTask.FromResult(value));
        }

        ValueTask<int> WithHandlerAndState(HybridClient app, int value)
        {
            DefaultInterpolatedStringHandler handler = Handler();
            return app.Cache.GetOrCreateAsync(ref handler, value, static (value, _) => ValueTask.FromResult(value));
        }

        DefaultInterpolatedStringHandler Handler()
        {
            DefaultInterpolatedStringHandler handler = new(11, 1);
            handler.AppendLiteral("user_prefs_");
            handler.AppendFormatted(Key);
            return handler;
        }
    }

    [Test]
    public async Task A_key_in_a_span_is_the_same_as_in_a_string()
    {
        Assert.That(await One.Cache.GetOrCreateAsync(Key.AsSpan(), static _ => ValueTask.FromResult(1)), Is.EqualTo(1));
        Assert.That(await One.Cache.GetOrCreateAsync(Key.AsSpan(), 2, static (state, _) => ValueTask.FromResult(state)), Is.EqualTo(1));
        Assert.That(await One.LoadAsync(Key, 3), Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_is_opaque_so_that_no_two_keys_are_the_same_that_differ_in_anything()
    {
        string[] keys = ["a/b", "a_b", "a:b", "a*b", "A/B", "a/b/", "a b", "ab", "ä/b", "a\u0308/b"];
        for (int i = 0; i < keys.Length; i++)
            Assert.That(await One.LoadAsync($"{Key} {keys[i]}", i), Is.EqualTo(i));
        for (int i = 0; i < keys.Length; i++)
            Assert.That(await One.LoadAsync($"{Key} {keys[i]}", -1), Is.EqualTo(i));
        await One.Cache.RemoveAsync($"{Key} a*b");
        Assert.That(await One.LoadAsync($"{Key} a/b", -1), Is.Zero);
    }
}
