namespace CacheRing.Memcached;

/// <summary>A stored item and its CAS number, which every change of the key renews.</summary>
internal sealed record FetchedItem(byte[] Bytes, ulong Version);
