using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of loads over a Garnet server.</summary>
[TestFixture]
internal sealed class GarnetTokenTests() : RedisTokenContractTests(GarnetBackend.StartAsync);

/// <summary>The contract of loads inside the process.</summary>
[TestFixture]
internal sealed class MemoryTokenTests() : TokenContractTests(MemoryBackend.StartAsync)
{
    // Nodes share nothing, so that there is one.
    protected override ICacheNode Another(ICacheNode node) => node;
}
