using System.Buffers;
using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Puts a value behind its command.</summary>
internal static class PipeWriterExtensions
{
    private const int CopiedAtOnce = 32 * 1024;

    public static void WriteValue(this PipeWriter writer, ReadOnlySpan<byte> value)
    {
        if (value.Length > CopiedAtOnce)
        {
            writer.Write(value);
            writer.Write("\r\n"u8);
            return;
        }

        Span<byte> span = writer.GetSpan(value.Length + 2);
        value.CopyTo(span);
        "\r\n"u8.CopyTo(span[value.Length..]);
        writer.Advance(value.Length + 2);
    }
}
