using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>There is no container to fall back to: where memcached is not installed, its tests are skipped, and say why.</summary>
[SetUpFixture]
public sealed class RequiresMemcached
{
    /// <summary>For tests of other namespaces.</summary>
    public static void OrSkip()
    {
        if (!Rig.MemcachedIsAvailable)
            Assert.Ignore("memcached is not installed");
    }

    [OneTimeSetUp]
    public void Look() => OrSkip();
}
