using System.Buffers.Binary;
using System.Diagnostics;

namespace CacheRing.Entries;

/// <summary>
/// What stands before a value on a node. Version 1, all numbers little-endian:
/// <code>
///  offset  size
///       0     1  kind         'V' a value, 'P' a placeholder
///       1     8  generation   of the node when the entry was made: readable in that one only
///       9     8  stamp        unique to this write, and its token; 0: none
///      17     4  topology     version of the membership; 0 until hand-offs are in use
///      21     1  version      1
///      22     1  flags        16: a guest (see EntryFlags); the others: which of the following are present, in this order
///      23     8  deadline     milliseconds since 1970 UTC after which the entry is a miss    (flag 1)
///       .     8  window       milliseconds by which a hit may prolong the entry's life      (flag 2)
///       .     4  annex length in bytes                                                      (flag 64)
///       .     .  annex        what a loader knows of the value, see EntryAnnex              (flag 64)
///       .     4  key length   in bytes                                                      (flag 32)
///       .     .  key          UTF-8, without the instance name                              (flag 32)
///       .        value
/// </code>
/// The first 21 bytes keep their places in every later version: server-side scripts compare them.
/// </summary>
internal readonly record struct EntryHeader
{
    /// <summary>The longest header without an annex or a key.</summary>
    public const int MaxLength = FixedLength + 2 * sizeof(long);

    private const int GenerationOffset = 1;
    private const int StampOffset = 9;
    private const int TopologyOffset = 17;
    private const int VersionOffset = 21;
    private const int FlagsOffset = 22;

    /// <summary>The length of a placeholder: a header without anything optional.</summary>
    public const int FixedLength = 23;
    private const byte Version = 1;

    // The end of the calendar. Times beyond it are none that this library wrote, and arithmetic on them would overflow.
    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() + 1;

    public EntryKind Kind { get; init; }

    public ulong Generation { get; init; }

    public ulong Stamp { get; init; }

    public uint Topology { get; init; }

    /// <summary>Unix time in milliseconds; null: no absolute expiry.</summary>
    public long? Deadline { get; init; }

    /// <summary>Milliseconds; null: no sliding expiry.</summary>
    public long? Window { get; init; }

    /// <summary>Whether it is a copy on a node that does not own the key.</summary>
    public bool IsGuest { get; init; }

    /// <summary>Bytes of the key that ends the header; null: the node knows the entry by its key.</summary>
    public int? KeyLength { get; init; }

    /// <summary>Bytes of the annex; null: none.</summary>
    public int? AnnexLength { get; init; }

    /// <summary>Where the annex begins, if there is one.</summary>
    public int AnnexOffset => FixedLength
        + (Deadline is null ? 0 : sizeof(long))
        + (Window is null ? 0 : sizeof(long))
        + sizeof(int);

    public int Length =>
        FixedLength
        + (Deadline is null ? 0 : sizeof(long))
        + (Window is null ? 0 : sizeof(long))
        + (AnnexLength is { } annex ? sizeof(int) + annex : 0)
        + (KeyLength is { } key ? sizeof(int) + key : 0);

    /// <summary>Writes all but the annex and the key, for which it leaves room.</summary>
    public void Write(Span<byte> destination)
    {
        Debug.Assert(destination.Length >= Length, "The caller makes room.");
        destination[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[GenerationOffset..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[StampOffset..], Stamp);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[TopologyOffset..], Topology);
        destination[VersionOffset] = Version;
        destination[FlagsOffset] = (byte)Flags();

        int offset = FixedLength;
        WriteOptional(destination, Deadline, ref offset);
        WriteOptional(destination, Window, ref offset);
        if (AnnexLength is { } annex)
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination[offset..], annex);
            offset += sizeof(int) + annex;
        }

        if (KeyLength is { } key)
            BinaryPrimitives.WriteInt32LittleEndian(destination[offset..], key);
    }

    /// <summary>What stands under a key while somebody loads it, on nodes that leave it to the client to say so.</summary>
    public static byte[] PlaceholderOf(ulong generation, ulong stamp)
    {
        byte[] bytes = new byte[FixedLength];
        new EntryHeader { Kind = EntryKind.Placeholder, Generation = generation, Stamp = stamp }.Write(bytes);
        return bytes;
    }

    /// <summary>
    /// Reads the header; false for anything else: bytes of another program, a later version, unknown flags, a torn entry.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> entry, out EntryHeader header)
    {
        header = default;
        if (entry.Length < FixedLength || entry[VersionOffset] != Version)
            return false;

        EntryKind kind = (EntryKind)entry[0];
        EntryFlags flags = (EntryFlags)entry[FlagsOffset];
        if (kind is not (EntryKind.Value or EntryKind.Placeholder) || (flags & ~EntryFlags.Known) != 0)
            return false;

        int offset = FixedLength;
        if (!TryReadOptional(entry, flags, EntryFlags.AbsoluteDeadline, ref offset, out long? deadline)
            || !TryReadOptional(entry, flags, EntryFlags.SlidingWindow, ref offset, out long? window)
            || deadline < 0 || deadline > LatestMs || window <= 0 || window > LatestMs
            || !TryReadLength(entry[offset..], flags, EntryFlags.Annex, out int? annexLength)
            || !TryReadLength(
                entry[(offset + (annexLength is { } annex ? sizeof(int) + annex : 0))..], flags, EntryFlags.FullKey, out int? keyLength))
            return false;

        header = new EntryHeader
        {
            Kind = kind,
            Generation = BinaryPrimitives.ReadUInt64LittleEndian(entry[GenerationOffset..]),
            Stamp = BinaryPrimitives.ReadUInt64LittleEndian(entry[StampOffset..]),
            Topology = BinaryPrimitives.ReadUInt32LittleEndian(entry[TopologyOffset..]),
            Deadline = deadline,
            Window = window,
            IsGuest = (flags & EntryFlags.Guest) != 0,
            AnnexLength = annexLength,
            KeyLength = keyLength,
        };
        return true;
    }

    private EntryFlags Flags() =>
        (Deadline is null ? EntryFlags.None : EntryFlags.AbsoluteDeadline)
        | (Window is null ? EntryFlags.None : EntryFlags.SlidingWindow)
        | (IsGuest ? EntryFlags.Guest : EntryFlags.None)
        | (AnnexLength is null ? EntryFlags.None : EntryFlags.Annex)
        | (KeyLength is null ? EntryFlags.None : EntryFlags.FullKey);

    private static void WriteOptional(Span<byte> destination, long? value, ref int offset)
    {
        if (value is not { } number)
            return;
        BinaryPrimitives.WriteInt64LittleEndian(destination[offset..], number);
        offset += sizeof(long);
    }

    private static bool TryReadLength(ReadOnlySpan<byte> rest, EntryFlags flags, EntryFlags field, out int? length)
    {
        length = null;
        if ((flags & field) == 0)
            return true;
        if (!BinaryPrimitives.TryReadInt32LittleEndian(rest, out int given) || given < 0 || given > rest.Length - sizeof(int))
            return false;
        length = given;
        return true;
    }

    private static bool TryReadOptional(
        ReadOnlySpan<byte> entry, EntryFlags flags, EntryFlags field, ref int offset, out long? value)
    {
        value = null;
        if ((flags & field) == 0)
            return true;
        if (entry.Length < offset + sizeof(long))
            return false;
        value = BinaryPrimitives.ReadInt64LittleEndian(entry[offset..]);
        offset += sizeof(long);
        return true;
    }
}
