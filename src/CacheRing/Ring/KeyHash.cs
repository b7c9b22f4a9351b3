namespace CacheRing;

/// <summary>How a key becomes a number.</summary>
public enum KeyHash
{
    /// <summary>What the algorithm and flavour prescribe.</summary>
    Default = 0,

    /// <summary>xxHash64 of the key's UTF-8 bytes: jump and the CacheRing flavour of ketama.</summary>
    XxHash64,

    /// <summary>The first four bytes of MD5, little-endian: the foreign flavours of ketama; for Twemproxy if chosen.</summary>
    Md5,

    /// <summary>
    /// What twemproxy calls <c>fnv1a_64</c>, and uses by default: a hash of 32 bits that resembles FNV-1a. It spreads keys
    /// poorly that differ in their last characters only; take it where the proxy has it.
    /// </summary>
    TwemproxyFnv1a64,
}
