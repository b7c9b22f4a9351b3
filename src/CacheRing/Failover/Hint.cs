namespace CacheRing.Failover;

/// <summary>A key whose write or remove a node has not carried out, and the number by which a later one is told apart.</summary>
internal readonly record struct Hint(string Key, long Number, long AddedAt);
