namespace CacheRing.Hashing;

/// <summary>
/// What twemproxy 0.5 has under the name <c>fnv1a_64</c>: the constants of the 64-bit FNV-1a cut to 32 bits, over
/// characters that are signed (a byte from 0x80 on flips the high bits too).
/// </summary>
internal static class TwemproxyFnv1a64
{
    private const uint OffsetBasis = 0x84222325;
    private const uint Prime = 0x1B3;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint hash = OffsetBasis;
        foreach (byte value in bytes)
            hash = unchecked((hash ^ (uint)(sbyte)value) * Prime);
        return hash;
    }
}
