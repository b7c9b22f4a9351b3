using Microsoft.Extensions.Configuration;

namespace CacheRing.Sessions;

/// <summary>Where the settings of the sessions' cache come from, as the last <c>AddShardedSession</c> said.</summary>
/// <param name="Name">The name of its options.</param>
/// <param name="Section">The section that has all of them; null: the default cache's settings.</param>
/// <param name="Configure">What is set in code, last; null for nothing.</param>
internal sealed record SessionCacheSource(string Name, IConfiguration? Section, Action<ShardedCacheOptions>? Configure);
