namespace CacheRing.Ring;

/// <summary>What of a key is hashed. It is part of the ring: clients that differ here send keys to different nodes.</summary>
/// <param name="HashTags">Only the part between braces, see <see cref="Hashing.HashTag"/>.</param>
/// <param name="HashedPrefix">The instance name when it is hashed with the key, else empty.</param>
internal readonly record struct RingKeys(bool HashTags, string HashedPrefix)
{
    public static RingKeys Plain => new(false, "");
}
