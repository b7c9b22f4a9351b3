using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Patterns;

/// <summary>A value that its serializer refuses is given to its callers, and nothing is stored in its place.</summary>
[TestFixture]
internal sealed class UnwritableValueTests
{
    [Test]
    public async Task It_is_loaded_each_time_and_nothing_is_left_under_its_key()
    {
        using HybridUnderTest cache = new();
        Unwritable value = new();
        Assert.That(await cache.GetAsync("key", value), Is.SameAs(value));
        Assert.That(await cache.Services.GetRequiredService<IShardedCache>().GetAsync("key"), Is.Null);
        Assert.That(await cache.GetAsync("key", value), Is.SameAs(value));
        Assert.That(cache.CountOf("loaded"), Is.EqualTo(2));
    }

    internal sealed class Unwritable
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "That is the test.")]
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Serializers read instances.")]
        public int Value => throw new InvalidOperationException("not to be read");
    }
}
