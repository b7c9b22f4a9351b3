using CacheRing.Nodes;
using CacheRing.Ring;

namespace CacheRing.Sharding;

/// <summary>What a <see cref="ShardedCache"/> is put together from; <see cref="Nodes"/> are in the ring's order.</summary>
internal sealed record ShardedCacheParts(
    HashRing Ring, KeyRouter Router, IReadOnlyList<ICacheNode> Nodes, ShardServices Services, int MaxValueBytes);
