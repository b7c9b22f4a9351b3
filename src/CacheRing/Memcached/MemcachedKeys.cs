using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CacheRing.Memcached;

/// <summary>
/// Any key as a word of the protocol, different keys as different words, none of which can end a command or begin one:
/// <list type="bullet">
/// <item>printable ASCII of up to 250 bytes as it is;</item>
/// <item>anything else of up to 186 bytes of UTF-8 in base64, which the server decodes (flag <c>b</c>);</item>
/// <item>what is longer as the byte FF and its SHA-256, in base64. No UTF-8 has that byte, so that no key of the first two
/// kinds is ever taken for one of these; the entry holds the whole key as well.</item>
/// </list>
/// Lengths are with the instance name, which is put before the key.
/// </summary>
internal sealed class MemcachedKeys
{
    /// <summary>The longest word a server takes for a key.</summary>
    public const int LongestText = 250;

    // The most bytes whose base64 form, padded to fours, is not longer than that.
    private const int LongestEncoded = LongestText / 4 * 3;

    private const int LongestOnStack = 512;

    private readonly byte[] _prefix;
    private readonly bool _prefixIsSafe;

    public MemcachedKeys(string prefix)
    {
        _prefix = Encoding.UTF8.GetBytes(prefix);
        _prefixIsSafe = IsSafe(prefix);
    }

    /// <summary>Whether only the key's hash is sent, so that its entry must hold the key.</summary>
    public bool IsHashed(string key)
    {
        // Three bytes a character is as long as UTF-8 gets.
        if (_prefix.Length + (3 * key.Length) <= LongestEncoded)
            return false;
        int length = _prefix.Length + Encoding.UTF8.GetByteCount(key);
        return length > (_prefixIsSafe && IsSafe(key) ? LongestText : LongestEncoded);
    }

    /// <summary>How many bytes a key has that is sent as it is; null of any other.</summary>
    public int? PlainLength(string key)
    {
        int length = _prefix.Length + key.Length;
        return _prefixIsSafe && length <= LongestText && IsSafe(key) ? length : null;
    }

    /// <summary>Whether a text begins with a key that is sent as it is, and the space behind it.</summary>
    public bool IsNamed(string key, ReadOnlySpan<byte> text)
    {
        int length = _prefix.Length + key.Length;
        return text.Length > length && text[length] == (byte)' ' && text.StartsWith(_prefix) && Ascii.Equals(text[_prefix.Length..length], key);
    }

    public int Write(Span<byte> destination, string key, out bool isBase64)
    {
        if (PlainLength(key) is not null)
        {
            isBase64 = false;
            _prefix.CopyTo(destination);
            return _prefix.Length + Encoding.ASCII.GetBytes(key, destination[_prefix.Length..]);
        }

        isBase64 = true;
        return WriteEncoded(destination, key);
    }

    private int WriteEncoded(Span<byte> destination, string key)
    {
        int room = _prefix.Length + Encoding.UTF8.GetMaxByteCount(key.Length);
        byte[]? rented = room > LongestOnStack ? ArrayPool<byte>.Shared.Rent(room) : null;
        Span<byte> buffer = rented ?? stackalloc byte[LongestOnStack];
        _prefix.CopyTo(buffer);
        ReadOnlySpan<byte> bytes = buffer[..(_prefix.Length + Encoding.UTF8.GetBytes(key, buffer[_prefix.Length..]))];

        Span<byte> hash = stackalloc byte[1 + SHA256.HashSizeInBytes];
        if (bytes.Length > LongestEncoded)
        {
            hash[0] = 0xFF;
            SHA256.HashData(bytes, hash[1..]);
            bytes = hash;
        }

        Base64.EncodeToUtf8(bytes, destination, out _, out int written);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return written;
    }

    private static bool IsSafe(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
