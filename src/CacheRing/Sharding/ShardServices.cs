using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;

namespace CacheRing.Sharding;

/// <summary>What the shards of one cache have in common.</summary>
internal sealed record ShardServices(EntryCodec Codec, CacheMeter Meter, GuardSettings Guards);
