namespace CacheRing.IntegrationTests.Contract;

/// <summary>Messages over a redis-server.</summary>
[TestFixture]
internal sealed class RedisBusTests() : BusContractTests(RedisBackend.StartAsync);

/// <summary>Messages over a Garnet server.</summary>
[TestFixture]
internal sealed class GarnetBusTests() : BusContractTests(GarnetBackend.StartAsync);
