using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CacheRing.Memcached;

/// <summary>
/// The mark that a command carries and its reply repeats (flag <c>O</c>): four printable characters, six bits each. Replies
/// come in the order of the commands; the mark is the proof, so that no call is ever given another call's value.
/// </summary>
internal static class Opaque
{
    public const int Length = 4;

    public const byte Flag = (byte)'O';

    private const uint Mask = (1 << (6 * Length)) - 1;

    public static void Write(Span<byte> destination, uint number) =>
        BinaryPrimitives.WriteUInt32LittleEndian(
            destination,
            ((number & 0x3F) | ((number & 0xFC0) << 2) | ((number & 0x3F000) << 4) | ((number & 0xFC0000) << 6)) + 0x30303030);

    /// <summary>How far the reply's mark is past the number; null when it has none.</summary>
    /// <exception cref="MemcachedProtocolException">Its mark is none of ours.</exception>
    public static uint? DistanceFrom(uint number, in Reply reply)
    {
        if (!reply.TryGetFlag(Flag, out ReadOnlySpan<byte> mark))
            return null;
        if (mark.Length != Length)
            throw Surprise();
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(mark) - 0x30303030;
        if ((bits & 0xC0C0C0C0) != 0)
            throw Surprise();
        uint marked = (bits & 0x3F) | ((bits >> 2) & 0xFC0) | ((bits >> 4) & 0x3F000) | ((bits >> 6) & 0xFC0000);
        return (marked - number) & Mask;
    }

    /// <summary>Whether the reply is to the command with this number.</summary>
    /// <exception cref="MemcachedProtocolException">It is to another.</exception>
    public static void Check(uint number, in Reply reply)
    {
        // Of a miss alone some versions repeat nothing.
        if (DistanceFrom(number, reply) is not 0 && !(reply.Status == ReplyStatus.Missing && reply.Text.IsEmpty))
            throw Surprise();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MemcachedProtocolException Surprise() => new("the reply to another command");
}
