using System.Buffers.Binary;
using System.Text;

namespace CacheRing.Invalidation;

/// <summary>
/// What clients tell each other on a node's channel <c>cr:inv</c>. Version 1, numbers little-endian:
/// <code>
///  offset  size
///       0     1  version      1
///       1     1  kind         'K' keys have changed, 'T' tags were removed, '*' all that is on this node may have changed
///       2     8  sender       a random number for each client; its own messages it does not take
///      10        names        one after the other: 2 bytes of length, UTF-8 (without the instance name)
/// </code>
/// Messages of a later version, or that are no message, are taken for '*': it costs misses, and never a stale value.
/// </summary>
internal readonly ref struct InvalidationMessage
{
    public const byte Keys = (byte)'K';
    public const byte Tags = (byte)'T';
    public const byte All = (byte)'*';

    private const byte CurrentVersion = 1;
    private const int SenderOffset = 2;
    private const int NamesOffset = 10;

    private readonly ReadOnlySpan<byte> _names;

    private InvalidationMessage(byte kind, ulong sender, ReadOnlySpan<byte> names)
    {
        Kind = kind;
        Sender = sender;
        _names = names;
    }

    public byte Kind { get; }

    public ulong Sender { get; }

    public static InvalidationMessage Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < NamesOffset || bytes[0] != CurrentVersion || bytes[1] is not (Keys or Tags or All))
            return new InvalidationMessage(All, sender: 0, default);
        ReadOnlySpan<byte> names = bytes[NamesOffset..];
        for (ReadOnlySpan<byte> rest = names; !rest.IsEmpty;)
        {
            if (rest.Length < sizeof(ushort) || rest.Length < sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(rest))
                return new InvalidationMessage(All, sender: 0, default);
            rest = rest[(sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(rest))..];
        }

        return new InvalidationMessage(bytes[1], BinaryPrimitives.ReadUInt64LittleEndian(bytes[SenderOffset..]), names);
    }

    /// <summary>The name at a place, and the place of the next; begin with 0.</summary>
    public bool TryNext(ref int place, out string name)
    {
        name = "";
        if (place >= _names.Length)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_names[place..]);
        name = Encoding.UTF8.GetString(_names.Slice(place + sizeof(ushort), length));
        place += sizeof(ushort) + length;
        return true;
    }

    public static byte[] Make(byte kind, ulong sender, params ReadOnlySpan<string> names)
    {
        int length = NamesOffset;
        foreach (string name in names)
            length += sizeof(ushort) + Encoding.UTF8.GetByteCount(name);
        byte[] bytes = new byte[length];
        bytes[0] = CurrentVersion;
        bytes[1] = kind;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SenderOffset), sender);
        Span<byte> rest = bytes.AsSpan(NamesOffset);
        foreach (string name in names)
        {
            int written = Encoding.UTF8.GetBytes(name, rest[sizeof(ushort)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)written));
            rest = rest[(sizeof(ushort) + written)..];
        }

        return bytes;
    }
}
