using K4os.Hash.xxHash;

namespace CacheRing.Hashing;

/// <summary>xxHash64 (Yann Collet) of a span of bytes: the key hash of the jump and CacheRing ketama rings.</summary>
internal static class XxHash64
{
    public static ulong Of(ReadOnlySpan<byte> bytes) => XXH64.DigestOf(bytes);

    public static unsafe ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        fixed (byte* start = bytes)
            return XXH64.DigestOf(start, bytes.Length, seed);
    }
}
