using System.Globalization;
using System.Text;
using CacheRing.Hashing;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// Values that say whose they are: the key, filling with line ends and replies in it, and a checksum of both. What has a valid
/// checksum is the value of the key that it names.
/// </summary>
internal static class FuzzValues
{
    private const int SumLength = 16;

    /// <summary>Keys that begin so have values larger than a connection's buffer.</summary>
    public const string Large = "large-";

    private const string Filling = "\r\nHD\r\nEN\r\nVA 3\r\nabc\r\n\0 O00000\r\nMN\r\nmd k\r\n";

    public static bool IsThere(string key) => HashOf(key) % 4 != 0;

    public static string PresentKey(string begin)
    {
        string key = begin;
        for (int i = 0; !IsThere(key); i++)
            key = string.Create(CultureInfo.InvariantCulture, $"{begin}-{i}");
        return key;
    }

    public static byte[] Of(string key)
    {
        int length = key.StartsWith(Large, StringComparison.Ordinal) ? 30_000 + (int)(HashOf(key) % 100_000) : (int)(HashOf(key) % 60);
        StringBuilder text = new StringBuilder(key).Append('|');
        while (length > 0)
        {
            text.Append(Filling, 0, Math.Min(length, Filling.Length));
            length -= Filling.Length;
        }

        string rest = text.ToString();
        return Encoding.Latin1.GetBytes(rest + Sum(rest));
    }

    /// <summary>The key whose whole value this is; null when it is none's.</summary>
    public static string? KeyOf(ReadOnlySpan<byte> value)
    {
        if (value.Length < SumLength)
            return null;
        string rest = Encoding.Latin1.GetString(value[..^SumLength]);
        int end = rest.IndexOf('|', StringComparison.Ordinal);
        return end >= 0 && Sum(rest) == Encoding.Latin1.GetString(value[^SumLength..]) ? rest[..end] : null;
    }

    private static string Sum(string text) => HashOf(text).ToString("x16", CultureInfo.InvariantCulture);

    private static ulong HashOf(string text) => XxHash64.Of(Encoding.Latin1.GetBytes(text));
}
