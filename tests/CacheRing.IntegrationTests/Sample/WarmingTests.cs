namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample fills its cache before it listens.</summary>
public class WarmingTests
{
    [Test]
    public async Task The_front_page_is_in_the_cache_before_anybody_asks_and_the_rest_is_not()
    {
        await using SampleApp app = SampleApp.Start(
            new KeyValuePair<string, string>("Catalogue:WarmProducts", "150"),
            new("ShardedCache:Failover:OperationTimeout", "00:00:10"),
            new("ShardedCache:Failover:ConnectTimeout", "00:00:10"));
        Assert.That((await app.ReadAsync(10_000)).Cache, Is.EqualTo("hit"));
        Assert.That((await app.ReadAsync(9_851)).Cache, Is.EqualTo("hit"));
        Assert.That((await app.ReadAsync(9_850)).Cache, Is.EqualTo("miss"));
    }
}
