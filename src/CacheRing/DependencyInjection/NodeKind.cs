namespace CacheRing.DependencyInjection;

/// <summary>The kinds of servers. The nodes of one ring are of one kind.</summary>
internal enum NodeKind
{
    Redis,
    Memcached,
    Memory,
}
