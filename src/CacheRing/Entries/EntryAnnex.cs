using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace CacheRing.Entries;

/// <summary>
/// What a loader knows of a value, between an entry's header and the value. Version 1, all numbers little-endian:
/// <code>
///  offset  size
///       0     1  version      1
///       1     8  fresh until  milliseconds since 1970 UTC; from then on the value is stale, and kept for when a load fails
///       9     4  load time    milliseconds that the load took: how long before its end it is worth loading anew
///      13     8  everything   the version of the tag "*" on this node when the load began
///      21     2  tags         how many; for each of them:
///       .     2  tag length   in bytes
///       .     .  tag          UTF-8
///       .     8  version      of that tag on this node when the load began
/// </code>
/// The value is readable while "everything" and every tag still have these versions on the node that it was read from. Bytes
/// of a later version are none that can be judged, so that they read as a miss.
/// </summary>
internal readonly ref struct EntryAnnex
{
    private const byte CurrentVersion = 1;
    private const int FreshOffset = 1;
    private const int LoadOffset = 9;
    private const int EverythingOffset = 13;
    private const int CountOffset = 21;
    private const int TagsOffset = 23;

    private readonly ReadOnlySpan<byte> _bytes;

    private EntryAnnex(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
    }

    public long FreshUntil => BinaryPrimitives.ReadInt64LittleEndian(_bytes[FreshOffset..]);

    public int LoadMilliseconds => BinaryPrimitives.ReadInt32LittleEndian(_bytes[LoadOffset..]);

    public ulong Everything => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[EverythingOffset..]);

    public int TagCount => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[CountOffset..]);

    /// <summary>False for anything else, an annex of a later version too.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EntryAnnex annex)
    {
        annex = default;
        if (bytes.Length < TagsOffset || bytes[0] != CurrentVersion)
            return false;
        annex = new EntryAnnex(bytes);
        ReadOnlySpan<byte> rest = bytes[TagsOffset..];
        for (int left = annex.TagCount; left > 0; left--)
        {
            if (rest.Length < sizeof(ushort))
                return false;
            int length = sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(rest) + sizeof(ulong);
            if (rest.Length < length)
                return false;
            rest = rest[length..];
        }

        return rest.IsEmpty;
    }

    /// <summary>The tag at a place of the list, and what follows it; begin with <see langword="default"/>.</summary>
    public bool TryNextTag(ref int offset, out ReadOnlySpan<byte> tag, out ulong version)
    {
        if (offset == 0)
            offset = TagsOffset;
        tag = default;
        version = 0;
        if (offset >= _bytes.Length)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[offset..]);
        tag = _bytes.Slice(offset + sizeof(ushort), length);
        version = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(offset + sizeof(ushort) + length)..]);
        offset += sizeof(ushort) + length + sizeof(ulong);
        return true;
    }

    public static byte[] Make(long freshUntil, int loadMilliseconds, ulong everything, IReadOnlyList<TagVersion> tags)
    {
        int length = TagsOffset;
        for (int i = 0; i < tags.Count; i++)
            length += sizeof(ushort) + Encoding.UTF8.GetByteCount(tags[i].Tag) + sizeof(ulong);

        byte[] bytes = new byte[length];
        bytes[0] = CurrentVersion;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FreshOffset), freshUntil);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LoadOffset), loadMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(EverythingOffset), everything);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(CountOffset), checked((ushort)tags.Count));
        Span<byte> rest = bytes.AsSpan(TagsOffset);
        for (int i = 0; i < tags.Count; i++)
        {
            int written = Encoding.UTF8.GetBytes(tags[i].Tag, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)written));
            BinaryPrimitives.WriteUInt64LittleEndian(rest[(sizeof(ushort) + written)..], tags[i].Version);
            rest = rest[(sizeof(ushort) + written + sizeof(ulong))..];
        }

        return bytes;
    }

    /// <summary>Whether the bytes of an annex name this tag.</summary>
    public static bool IsSame(string tag, ReadOnlySpan<byte> bytes)
    {
        // Each character of a tag takes at least a byte; most tags are of one byte a character.
        if (bytes.Length < tag.Length || bytes.Length > 3 * tag.Length)
            return false;
        Span<char> characters = stackalloc char[256];
        return bytes.Length <= characters.Length
            ? Utf8.ToUtf16(bytes, characters, out _, out int written) == System.Buffers.OperationStatus.Done && characters[..written].SequenceEqual(tag)
            : Encoding.UTF8.GetString(bytes) == tag;
    }
}
