using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using CacheRing.Ring;

namespace CacheRing.Sharding;

/// <summary>
/// Checks a key and finds its owner, in one pass over it: every call of the cache begins here. No lock, no allocation (but
/// for keys longer than the stack buffer, which are rented).
/// </summary>
internal sealed class KeyRouter
{
    /// <summary>
    /// What the keys of CacheRing's own records begin with: the generation, tags' versions, elections. No key of a user may, or it would
    /// overwrite them (docs/decisions/0027). The records themselves are asked for at a node, and never come here.
    /// </summary>
    public const string OwnPrefix = "cr:";

    private const int StackBytes = 1536;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashRing _ring;
    private readonly byte[] _hashedPrefix;
    private readonly int _maxKeyBytes;

    public KeyRouter(HashRing ring, string hashedPrefix, int maxKeyBytes)
    {
        _ring = ring;
        _hashedPrefix = Encoding.UTF8.GetBytes(hashedPrefix);
        _maxKeyBytes = maxKeyBytes;
    }

    /// <exception cref="ArgumentException">The key is null, empty, too long, malformed or reserved.</exception>
    [SkipLocalsInit]
    public int Locate(string key, out ulong hash)
    {
        if (string.IsNullOrEmpty(key))
            ThrowMissing(key);
        if (IsReserved(key))
            ThrowReserved(nameof(key));

        int room = _hashedPrefix.Length + _maxKeyBytes;
        if (room > StackBytes)
            return LocateLong(key, room, out hash);

        Span<byte> buffer = stackalloc byte[StackBytes];
        return _ring.Locate(Encode(key, buffer[..room]), out hash);
    }

    /// <summary>Whether a key is neither empty, too long, malformed nor reserved.</summary>
    public bool Accepts(string key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > _maxKeyBytes || IsReserved(key))
            return false;
        try
        {
            return Strict.GetByteCount(key) <= _maxKeyBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    // Almost every key ends it with its first letter.
    private static bool IsReserved(string key) => key[0] == OwnPrefix[0] && key.StartsWith(OwnPrefix, StringComparison.Ordinal);

    private int LocateLong(string key, int room, out ulong hash)
    {
        // Three bytes a character is as long as UTF-8 gets.
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(room, _hashedPrefix.Length + (3 * key.Length)));
        try
        {
            return _ring.Locate(Encode(key, rented.AsSpan(0, Math.Min(room, rented.Length))), out hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private ReadOnlySpan<byte> Encode(string key, Span<byte> buffer)
    {
        _hashedPrefix.CopyTo(buffer);

        // Not replacing is the point: with U+FFFD for half a surrogate pair, different keys would share an entry.
        OperationStatus status = Utf8.FromUtf16(key, buffer[_hashedPrefix.Length..], out _, out int written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
            ThrowUnfit(status, nameof(key));
        return buffer[..(_hashedPrefix.Length + written)];
    }

    private static void ThrowMissing(string? key)
    {
        ArgumentNullException.ThrowIfNull(key);
        throw new ArgumentException("A key must not be empty.", nameof(key));
    }

    private static void ThrowReserved(string parameter) => throw new ArgumentException(
        $"A key must not begin with '{OwnPrefix}': CacheRing keeps records of its own under such keys on every node. Put something before it, such as 'app:{OwnPrefix}'.",
        parameter);

    private void ThrowUnfit(OperationStatus status, string parameter) => throw new ArgumentException(
        status == OperationStatus.DestinationTooSmall
            ? $"The key is longer than {_maxKeyBytes} bytes of UTF-8 (ShardedCacheOptions.{nameof(ShardedCacheOptions.MaxKeyBytes)}). Shorten it, or hash its long part."
            : "The key is not well-formed UTF-16: it holds half a surrogate pair.",
        parameter);
}
