using System.Buffers.Text;

namespace CacheRing.Memcached;

/// <summary>A server's version, as far as it is numbers.</summary>
internal readonly record struct MemcachedVersion(int Major, int Minor, int Patch) : IComparable<MemcachedVersion>
{
    /// <summary>
    /// The first with the meta protocol as it has been since. Before, <c>ms</c> has another syntax (<c>S</c> before the length),
    /// so that the value is not read as one, and its lines are carried out as commands.
    /// </summary>
    public static MemcachedVersion Oldest => new(1, 6, 10);

    /// <summary>The version at the beginning of a text such as <c>1.6.18-rc1</c>; null when there is none.</summary>
    public static MemcachedVersion? In(ReadOnlySpan<byte> text)
    {
        return TryTake(ref text, out int major) && TryStep(ref text) && TryTake(ref text, out int minor) && TryStep(ref text) && TryTake(ref text, out int patch)
            ? new MemcachedVersion(major, minor, patch)
            : null;

        static bool TryTake(ref ReadOnlySpan<byte> text, out int number)
        {
            number = 0;
            if (text.IsEmpty || !char.IsAsciiDigit((char)text[0]) || !Utf8Parser.TryParse(text, out number, out int length))
                return false;
            text = text[length..];
            return true;
        }

        static bool TryStep(ref ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty || text[0] != (byte)'.')
                return false;
            text = text[1..];
            return true;
        }
    }

    public int CompareTo(MemcachedVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public override string ToString() => FormattableString.Invariant($"{Major}.{Minor}.{Patch}");
}
