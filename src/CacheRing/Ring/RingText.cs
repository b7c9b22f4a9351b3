using System.Text;

namespace CacheRing.Ring;

/// <summary>Text as a ring hashes it: UTF-8, invariant, refusing what has no UTF-8 form.</summary>
internal static class RingText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Utf8(string text) => Strict.GetBytes(text);

    public static byte[] Utf8(FormattableString text) => Strict.GetBytes(FormattableString.Invariant(text));
}
