using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Ring;

namespace CacheRing.Sharding;

/// <summary>What a <see cref="ShardedCache"/> is put together from; <see cref="Shards"/> are in the ring's order.</summary>
internal sealed record ShardedCacheParts(
    HashRing Ring,
    KeyRouter Router,
    EntryCodec Codec,
    Shard[] Shards,
    CacheMeter Meter,
    int MaxValueBytes,
    ReadFailureBehavior OnReadFailure);
