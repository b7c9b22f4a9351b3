namespace CacheRing;

/// <summary>How a key becomes a number.</summary>
public enum KeyHash
{
    /// <summary>What the algorithm and flavour prescribe.</summary>
    Default = 0,

    /// <summary>xxHash64 of the key's UTF-8 bytes: jump and the CacheRing flavour of ketama.</summary>
    XxHash64,

    /// <summary>The first four bytes of MD5, little-endian: the Libmemcached flavour of ketama.</summary>
    Md5,
}
