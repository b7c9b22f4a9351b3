using System.Buffers.Text;

namespace CacheRing.Redis;

/// <summary>Looks at commands as they are sent: arrays of bulk strings, <c>*2 $3 GET $1 k</c> with a line end after each part.</summary>
internal static class RespCommands
{
    /// <summary>Whether the bytes are one command, whole, and nothing else.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadNumber(ref bytes, (byte)'*', out int parts))
            return false;
        for (int i = 0; i < parts; i++)
        {
            if (!TryReadNumber(ref bytes, (byte)'$', out int length) || length < 0 || bytes.Length < length + 2)
                return false;
            bytes = bytes[(length + 2)..];
        }

        return bytes.IsEmpty;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, byte prefix, out int number)
    {
        number = 0;
        if (bytes.IsEmpty || bytes[0] != prefix || !Utf8Parser.TryParse(bytes[1..], out number, out int digits) || bytes.Length < digits + 3)
            return false;
        bytes = bytes[(digits + 3)..];
        return true;
    }
}
