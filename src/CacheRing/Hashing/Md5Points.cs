using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CacheRing.Hashing;

/// <summary>
/// MD5 read as four little-endian 32-bit numbers: how every libmemcached-compatible ketama places points and keys.
/// </summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Placement that other clients must agree on; nothing is protected by it.")]
internal static class Md5Points
{
    public const int PerDigest = 4;

    /// <summary>The hash of a key: the digest's first number.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt32LittleEndian(digest);
    }

    /// <summary>The four points that a label contributes to a ring.</summary>
    public static void Of(ReadOnlySpan<byte> label, Span<uint> points)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(label, digest);
        for (int x = 0; x < PerDigest; x++)
            points[x] = BinaryPrimitives.ReadUInt32LittleEndian(digest[(4 * x)..]);
    }
}
