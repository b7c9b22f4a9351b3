using CacheRing.Diagnostics;
using CacheRing.Entries;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sharding;

/// <summary>What the shards of one cache have in common.</summary>
internal sealed record ShardServices(
    EntryCodec Codec, CacheMeter Meter, ILogger Logger, TimeProvider Time, ReadFailureBehavior OnReadFailure);
