using System.Buffers.Binary;

namespace CacheRing.Sessions;

/// <summary>
/// A session as it is stored. Version 1, little-endian: 1 byte version, 8 stamp, then the bytes of ASP.NET Core. The stamp says
/// which of the two slots is the later one: ticks of the clock, and always more than what the session was loaded with.
/// </summary>
internal static class SessionEntry
{
    private const byte Version = 1;
    private const int HeadLength = 1 + sizeof(long);

    public static byte[] Write(long stamp, ReadOnlySpan<byte> session)
    {
        byte[] stored = new byte[HeadLength + session.Length];
        stored[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(stored.AsSpan(1), stamp);
        session.CopyTo(stored.AsSpan(HeadLength));
        return stored;
    }

    /// <returns>The stamp; null when nothing is stored, or nothing of this version.</returns>
    public static long? StampOf(ReadOnlySpan<byte> stored) =>
        stored.Length >= HeadLength && stored[0] == Version ? BinaryPrimitives.ReadInt64LittleEndian(stored[1..]) : null;

    public static byte[] SessionIn(ReadOnlySpan<byte> stored) => stored[HeadLength..].ToArray();
}
