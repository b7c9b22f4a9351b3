using System.Diagnostics.Metrics;
using CacheRing.Writes;

namespace CacheRing.Patterns;

/// <summary>What a write-behind cache needs beyond what a read-through cache does.</summary>
/// <param name="Settings">Of its queue.</param>
/// <param name="DrainTimeout">How long the end waits.</param>
/// <param name="Journal">Makes its journal; null: it has none.</param>
/// <param name="DeadLetters">Where writes go that are given up; gives null where nobody has registered a sink.</param>
/// <param name="Meter">Where it reports.</param>
/// <param name="CacheName">The name of the cache beneath.</param>
internal sealed record WriteBehindParts<TKey, TValue>(
    WriteQueueSettings Settings,
    TimeSpan DrainTimeout,
    Func<IWriteJournal>? Journal,
    ServiceScopes<IDeadLetterSink<TKey, TValue>?> DeadLetters,
    Meter Meter,
    string CacheName)
    where TKey : notnull;
