namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract over three redis-server processes.</summary>
[TestFixture]
public sealed class RedisContractTests() : ServerContractTests(RedisBackend.StartAsync);

/// <summary>The contract over three Garnet servers inside the process.</summary>
[TestFixture]
public sealed class GarnetContractTests() : ServerContractTests(GarnetBackend.StartAsync);

/// <summary>The contract over three memcached processes.</summary>
[TestFixture]
public sealed class MemcachedContractTests() : ServerContractTests(MemcachedBackend.StartAsync);

/// <summary>The contract of outages over redis-server processes.</summary>
[TestFixture]
public sealed class RedisOutageTests() : OutageContractTests(BreakableRedis.StartAsync);

/// <summary>The contract of outages over memcached processes.</summary>
[TestFixture]
public sealed class MemcachedOutageTests() : OutageContractTests(BreakableMemcached.StartAsync);

/// <summary>The contract over nodes inside the cache.</summary>
[TestFixture]
public sealed class MemoryContractTests() : CacheContractTests(MemoryBackend.StartAsync)
{
    // There is no side door, and a read would prolong the entry: wait out the window between two reads.
    protected override async Task<bool> IsGoneUnreadAsync(string key)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(350));
        return await Cache.GetAsync(key) is null;
    }
}
