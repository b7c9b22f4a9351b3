namespace CacheRing;

/// <summary>Where a key lives.</summary>
/// <param name="Owner">The configured name of the node that owns the key.</param>
/// <param name="Hash">
/// The number the key is placed by: 64 bits of xxHash64, or 32 bits for the flavours of ketama that use MD5.
/// </param>
/// <param name="RingFingerprint">
/// Equal in two processes: both send every key to the same node. Different: they disagree about nodes, slots, weights or
/// <see cref="RingOptions"/>.
/// </param>
public readonly record struct CacheRoute(string Owner, ulong Hash, ulong RingFingerprint);
