using System.Buffers.Binary;

namespace CacheRing.Redis;

/// <summary>
/// The bytes of a message: its kind, then
/// <code>
/// 0  probe     16 bytes of the client that sent it, 8 bytes of a number that counts its probes
/// 1  payload   the message as it was given
/// </code>
/// Other kinds are those of a later version; they are ignored.
/// </summary>
internal static class BusFrame
{
    private const byte Probe = 0;
    private const byte Payload = 1;
    private const int KindLength = 1;
    private const int ClientLength = 16;

    public static byte[] OfPayload(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[KindLength + message.Length];
        frame[0] = Payload;
        message.CopyTo(frame.AsSpan(KindLength));
        return frame;
    }

    public static byte[] OfProbe(Guid client, long number)
    {
        byte[] frame = new byte[KindLength + ClientLength + sizeof(long)];
        frame[0] = Probe;
        client.TryWriteBytes(frame.AsSpan(KindLength));
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(KindLength + ClientLength), number);
        return frame;
    }

    public static bool TryReadPayload(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> message)
    {
        bool isPayload = frame.Length >= KindLength && frame[0] == Payload;
        message = isPayload ? frame[KindLength..] : default;
        return isPayload;
    }
}
