using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>A key's number by the hash that the ring has.</summary>
internal static class KeyHasher
{
    public static ulong Of(KeyHash hash, ReadOnlySpan<byte> key) => hash switch
    {
        KeyHash.Md5 => Md5Points.Of(key),
        KeyHash.TwemproxyFnv1a64 => TwemproxyFnv1a64.Of(key),
        _ => XxHash64.Of(key),
    };

    public static bool Is32Bits(KeyHash hash) => hash is KeyHash.Md5 or KeyHash.TwemproxyFnv1a64;
}
