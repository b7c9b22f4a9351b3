using CacheRing.IntegrationTests.Contract;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>The hybrid cache over redis-server processes.</summary>
[TestFixture]
public sealed class RedisHybridTests() : HybridContractTests(RedisBackend.StartAsync);

/// <summary>The hybrid cache over Garnet servers inside the process.</summary>
[TestFixture]
public sealed class GarnetHybridTests() : HybridContractTests(GarnetBackend.StartAsync);

/// <summary>The hybrid cache over memcached processes.</summary>
[TestFixture]
public sealed class MemcachedHybridTests() : HybridContractTests(MemcachedBackend.StartAsync);

/// <summary>The hybrid cache over nodes inside the process, which no two instances share.</summary>
[TestFixture]
public sealed class MemoryHybridTests() : HybridContractTests(MemoryBackend.StartAsync, isShared: false);
