namespace CacheRing.Nodes;

/// <summary>What is stored under two keys; null where there is nothing.</summary>
internal readonly record struct StoredPair(byte[]? First, byte[]? Second);
