using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// What a node keeps under <see cref="Key"/>, without expiry: the generation in which its entries are readable, the server
/// process that this was said to, and which stamps are voided. Version 2, all numbers little-endian:
/// <code>
///  offset  size
///       0     1  version      2
///       1     8  generation   48 bits of milliseconds since 1970 UTC, 16 random bits
///       9     4  topology     version of the membership; 0 until hand-offs are in use
///      13     1  phase        of a change of the membership; 0 until hand-offs are in use
///      14     8  started at   seconds since 1970 UTC, where the id alone does not tell processes apart; else 0
///      22     1  id length    bytes
///      23     .  id           of the server process, ASCII
///       .     .  extensions   each: 1 kind, 2 length, and so many bytes
/// </code>
/// Extension 1 is the voided stamps: 8 first and 8 last of each range. Extensions of other kinds are kept as they are when the
/// record is written anew. A record of a <em>later</em> version is left alone: this client does not know what it asks for, and
/// does not use the node. Anything else reads as no record at all, and is replaced.
/// </summary>
internal sealed record GenerationRecord(ulong Generation, NodeProcess Process)
{
    /// <summary>Where it is kept, behind the instance name.</summary>
    public const string Key = KeptKeys.Record;

    private const byte Version = 2;
    private const int GenerationOffset = 1;
    private const int TopologyOffset = 9;
    private const int PhaseOffset = 13;
    private const int StartedAtOffset = 14;
    private const int IdLengthOffset = 22;
    private const int FixedLength = 23;
    private const int ExtensionHead = 3;
    private const byte VoidedKind = 1;
    private const int RangeLength = 16;

    public uint Topology { get; init; }

    public byte Phase { get; init; }

    public VoidedStamps Voided { get; init; } = VoidedStamps.None;

    /// <summary>Extensions that this version does not know, as they were read.</summary>
    public ReadOnlyMemory<byte> Unknown { get; init; }

    public byte[] ToBytes()
    {
        int voided = Voided.IsEmpty ? 0 : ExtensionHead + (Voided.Ranges.Length * RangeLength);
        int id = Encoding.ASCII.GetByteCount(Process.Id);
        byte[] bytes = new byte[FixedLength + id + voided + Unknown.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(GenerationOffset), Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(TopologyOffset), Topology);
        bytes[PhaseOffset] = Phase;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(StartedAtOffset), Process.StartedAt);
        bytes[IdLengthOffset] = checked((byte)id);
        Encoding.ASCII.GetBytes(Process.Id, bytes.AsSpan(FixedLength));
        Span<byte> rest = bytes.AsSpan(FixedLength + id);
        if (voided > 0)
        {
            rest[0] = VoidedKind;
            BinaryPrimitives.WriteUInt16LittleEndian(rest[1..], (ushort)(voided - ExtensionHead));
            rest = rest[ExtensionHead..];
            foreach (StampRange range in Voided.Ranges)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(rest, range.First);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], range.Last);
                rest = rest[RangeLength..];
            }
        }

        Unknown.Span.CopyTo(rest);
        return bytes;
    }

    /// <summary>Whether the bytes are a record of a later version than this one.</summary>
    public static bool IsLater(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && bytes[0] > Version;

    /// <summary>Reads the record in the bytes.</summary>
    /// <returns>Whether there is one of this version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GenerationRecord? record)
    {
        record = null;
        if (bytes.Length < FixedLength || bytes[0] != Version || bytes.Length < FixedLength + bytes[IdLengthOffset])
            return false;

        ReadOnlySpan<byte> rest = bytes[(FixedLength + bytes[IdLengthOffset])..];
        VoidedStamps voided = VoidedStamps.None;
        List<byte> unknown = [];
        while (!rest.IsEmpty)
        {
            if (rest.Length < ExtensionHead)
                return false;
            int length = ExtensionHead + BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
            if (rest.Length < length)
                return false;
            if (rest[0] != VoidedKind)
                unknown.AddRange(rest[..length]);
            else if (!TryReadRanges(rest[ExtensionHead..length], out voided))
                return false;
            rest = rest[length..];
        }

        NodeProcess process = new(
            Encoding.ASCII.GetString(bytes.Slice(FixedLength, bytes[IdLengthOffset])), BinaryPrimitives.ReadInt64LittleEndian(bytes[StartedAtOffset..]));
        record = new GenerationRecord(BinaryPrimitives.ReadUInt64LittleEndian(bytes[GenerationOffset..]), process)
        {
            Topology = BinaryPrimitives.ReadUInt32LittleEndian(bytes[TopologyOffset..]),
            Phase = bytes[PhaseOffset],
            Voided = voided,
            Unknown = unknown.ToArray(),
        };
        return true;
    }

    private static bool TryReadRanges(ReadOnlySpan<byte> bytes, out VoidedStamps voided)
    {
        voided = VoidedStamps.None;
        if (bytes.Length % RangeLength != 0)
            return false;
        StampRange[] ranges = new StampRange[bytes.Length / RangeLength];
        for (int i = 0; i < ranges.Length; i++)
        {
            ReadOnlySpan<byte> range = bytes[(i * RangeLength)..];
            ranges[i] = new StampRange(BinaryPrimitives.ReadUInt64LittleEndian(range), BinaryPrimitives.ReadUInt64LittleEndian(range[8..]));
        }

        voided = VoidedStamps.From(ranges);
        return true;
    }
}
