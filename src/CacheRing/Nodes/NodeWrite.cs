using CacheRing.Entries;

namespace CacheRing.Nodes;

/// <summary>One write of a batch: the entry to store under a key, and for how long (null: until removed or evicted).</summary>
internal readonly record struct NodeWrite(string Key, PooledEntry Entry, TimeSpan? TimeToLive);
