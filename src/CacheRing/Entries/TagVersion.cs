namespace CacheRing.Entries;

/// <summary>A tag, and the version that it has on a node: another one from each removal on.</summary>
internal readonly record struct TagVersion(string Tag, ulong Version);
