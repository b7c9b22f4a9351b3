using System.Buffers.Binary;
using System.Text;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// What a node keeps under <see cref="Key"/>, without expiry: the generation in which its entries are readable, and the server
/// process that this was said to. Version 1, all numbers little-endian:
/// <code>
///  offset  size
///       0     1  version      1
///       1     8  generation   48 bits of milliseconds since 1970 UTC, 16 random bits
///       9     4  topology     version of the membership; 0 until hand-offs are in use
///      13     8  started at   seconds since 1970 UTC, where the id alone does not tell processes apart; else 0
///      21     1  id length    bytes
///      22     .  id           of the server process, ASCII
/// </code>
/// Anything else reads as no record at all, and is replaced.
/// </summary>
internal sealed record GenerationRecord(ulong Generation, NodeProcess Process)
{
    /// <summary>Where it is kept, behind the instance name.</summary>
    public const string Key = "cr:gen";

    private const byte Version = 1;
    private const int GenerationOffset = 1;
    private const int StartedAtOffset = 13;
    private const int IdLengthOffset = 21;
    private const int FixedLength = 22;

    public byte[] ToBytes()
    {
        byte[] id = Encoding.ASCII.GetBytes(Process.Id);
        byte[] bytes = new byte[FixedLength + id.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(GenerationOffset), Generation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(StartedAtOffset), Process.StartedAt);
        bytes[IdLengthOffset] = checked((byte)id.Length);
        id.CopyTo(bytes, FixedLength);
        return bytes;
    }

    /// <summary>The record in the bytes; null when there is none.</summary>
    public static GenerationRecord? Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= FixedLength && bytes[0] == Version && bytes.Length == FixedLength + bytes[IdLengthOffset]
            ? new GenerationRecord(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[GenerationOffset..]),
                new NodeProcess(Encoding.ASCII.GetString(bytes[FixedLength..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[StartedAtOffset..])))
            : null;
}
