namespace CacheRing.IntegrationTests.History;

public enum Transport
{
    Redis,
    Memcached,
}
