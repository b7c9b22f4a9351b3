using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CacheRing.Memcached;

/// <summary>
/// The mark that a command carries and its reply repeats (flag <c>O</c>): the command's number in four printable characters
/// of six bits each, and a fifth for their sum, so that a mark with one wrong character is no mark. Replies come in the
/// order of the commands; the mark is the proof, so that no call is ever given another call's value.
/// </summary>
internal static class Opaque
{
    public const int Length = Digits + 1;

    public const byte Flag = (byte)'O';

    private const int Digits = 4;
    private const uint Mask = (1 << (6 * Digits)) - 1;
    private const uint FirstLetters = 0x30303030;
    private const byte FirstLetter = 0x30;

    public static void Write(Span<byte> destination, uint number)
    {
        uint digits = (number & 0x3F) | ((number & 0xFC0) << 2) | ((number & 0x3F000) << 4) | ((number & 0xFC0000) << 6);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, digits + FirstLetters);
        destination[Digits] = (byte)(SumOf(digits) + FirstLetter);
    }

    /// <summary>How far the reply's mark is past the number; null when it has none.</summary>
    /// <exception cref="MemcachedProtocolException">Its mark is none of ours.</exception>
    public static uint? DistanceFrom(uint number, in Reply reply)
    {
        if (!reply.TryGetFlag(Flag, out ReadOnlySpan<byte> mark))
            return null;
        if (mark.Length != Length)
            throw Surprise();
        uint digits = BinaryPrimitives.ReadUInt32LittleEndian(mark) - FirstLetters;
        if ((digits & 0xC0C0C0C0) != 0 || mark[Digits] - FirstLetter != SumOf(digits))
            throw Surprise();
        uint marked = (digits & 0x3F) | ((digits >> 2) & 0xFC0) | ((digits >> 4) & 0x3F000) | ((digits >> 6) & 0xFC0000);
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

    // The highest byte of the product is the sum of the four.
    private static int SumOf(uint digits) => (int)((digits * 0x01010101) >> 24) & 0x3F;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MemcachedProtocolException Surprise() => new("the reply to another command");
}
