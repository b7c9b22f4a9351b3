using System.Buffers.Binary;
using System.Net.Sockets;

namespace CacheRing.Nodes;

/// <summary>
/// What one socket shows of its server. Where the operating system is Linux, the kernel counts what has arrived and what was
/// acknowledged, exactly and also while this process stands still (<c>TCP_INFO</c>, tcp(7)); elsewhere the stream's own counts
/// serve. One thread writes at a time; any thread may look.
/// </summary>
internal sealed class SocketPulse
{
    // Offsets in Linux's struct tcp_info, which only ever grows at its end.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int RoundTripOffset = 68;
    private const int AcknowledgedOffset = 120;
    private const int ReceivedOffset = 128;
    private const int KnownLength = 136;

    private readonly Socket? _socket;
    private readonly bool _hasKernelCounts;
    private readonly long _acknowledgedBefore;
    private readonly long _receivedBefore;
    private long _handed;
    private long _taken;
    private long _received;

    /// <param name="socket">The socket; null where somebody else's tunnel has none.</param>
    public SocketPulse(Socket? socket)
    {
        _socket = socket;
        Span<byte> info = stackalloc byte[KnownLength];
        if (TryAsk(info))
        {
            _hasKernelCounts = true;
            _acknowledgedBefore = Number(info, AcknowledgedOffset);
            _receivedBefore = Number(info, ReceivedOffset);
        }
    }

    /// <summary>Bytes are about to be given to the socket.</summary>
    public void BeginSend(int count) => Volatile.Write(ref _handed, _handed + count);

    /// <summary>The socket has taken them.</summary>
    public void EndSend(int count) => Volatile.Write(ref _taken, _taken + count);

    /// <summary>Bytes were read.</summary>
    public void AddReceived(int count) => Volatile.Write(ref _received, _received + count);

    /// <summary>Looks at the socket.</summary>
    /// <param name="epoch">The connection's number.</param>
    /// <param name="isAwaiting">Whether some command has no answer yet.</param>
    public ConnectionSigns Read(int epoch, bool isAwaiting)
    {
        // What was taken before what was handed: in between a send may begin, and it must not look as if it had ended.
        long taken = Volatile.Read(ref _taken);
        long received = Volatile.Read(ref _received);
        long acknowledged = taken;
        TimeSpan roundTrip = default;
        Span<byte> info = stackalloc byte[KnownLength];
        if (_hasKernelCounts && TryAsk(info))
        {
            received = Number(info, ReceivedOffset) - _receivedBefore;
            acknowledged = Number(info, AcknowledgedOffset) - _acknowledgedBefore;
            roundTrip = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[RoundTripOffset..]));
        }

        bool hasUnread = HasUnread();
        long handed = Volatile.Read(ref _handed);
        return new ConnectionSigns(epoch, received, hasUnread, handed, acknowledged, IsSending: handed != taken, isAwaiting, roundTrip);
    }

    private bool HasUnread()
    {
        try
        {
            return _socket is { Available: > 0 };
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private bool TryAsk(Span<byte> info)
    {
        if (_socket is null || !OperatingSystem.IsLinux())
            return false;
        try
        {
            return _socket.GetRawSocketOption(TcpLevel, TcpInfo, info) >= KnownLength;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // No TCP (a unix socket), or closed by now.
            return false;
        }
    }

    private static long Number(ReadOnlySpan<byte> info, int offset) => (long)BinaryPrimitives.ReadUInt64LittleEndian(info[offset..]);
}
