using System.Net;
using System.Net.Sockets;
using CacheRing.Nodes;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace CacheRing.Redis;

/// <summary>
/// Stands where the driver makes its connections. It counts them, each before its first command: the driver's own events come when
/// commands have already been sent on the new one. And it puts a <see cref="GatheringStream"/> around the socket of the one on which
/// values come and go, which shows what that socket shows of the server. A tunnel that the user has configured does its work as before.
/// </summary>
internal sealed class ConnectionTunnel : Tunnel
{
    private readonly Tunnel? _inner;
    private readonly bool _sharesConnection;
    private readonly Action _onSubscription;
    private readonly Action _onSend;
    private readonly HostNames _names;
    private readonly TimeSpan _connectTimeout;
    private volatile int _epoch;
    private volatile int _subscriptionEpoch;
    private volatile Attached? _attached;

    /// <param name="inner">The user's.</param>
    /// <param name="sharesConnection">Whether messages come on the connection of the commands.</param>
    /// <param name="onSubscription">Told of each new connection for messages, after it was counted.</param>
    /// <param name="onSend">Called before something is sent on the interactive connection.</param>
    /// <param name="names">Looks names up.</param>
    /// <param name="connectTimeout">How long an attempt to connect may take.</param>
    public ConnectionTunnel(Tunnel? inner, bool sharesConnection, Action onSubscription, Action onSend, HostNames names, TimeSpan connectTimeout)
    {
        _names = names;
        _connectTimeout = connectTimeout;
        _inner = inner;
        _sharesConnection = sharesConnection;
        _onSubscription = onSubscription;
        _onSend = onSend;
    }

    public int Epoch => _epoch;

    /// <summary>The number of the connection on which messages come.</summary>
    public int SubscriptionEpoch => _subscriptionEpoch;

    /// <summary>For connections that were made elsewhere.</summary>
    public void Next() => Interlocked.Increment(ref _epoch);

    /// <summary>What the interactive connection in use shows; nothing while there is none.</summary>
    public ConnectionSigns ReadSigns(bool isAwaiting) => _attached is { } attached ? attached.Pulse.Read(attached.Epoch, isAwaiting) : default;

    /// <summary>The first bytes that came on the latest interactive connection.</summary>
    public ReadOnlySpan<byte> FirstBytes => _attached is { } attached ? attached.Stream.FirstBytes : default;

    /// <summary>Ends the interactive connection in use, for both sides: whoever reads or writes on it learns it at once.</summary>
    public void ShutDown()
    {
        if (_attached is not { } attached)
            return;
        try
        {
            if (attached.Socket is { } socket)
                socket.Shutdown(SocketShutdown.Both);
            else
                attached.Stream.Dispose();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // It has ended by itself.
        }
    }

    public override async ValueTask BeforeSocketConnectAsync(
        EndPoint endPoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        // Values come and go on the interactive one; the other is for messages.
        if (connectionType == ConnectionType.Interactive)
            Next();
        if (connectionType == ConnectionType.Subscription || _sharesConnection)
        {
            Interlocked.Increment(ref _subscriptionEpoch);
            _onSubscription();
        }

        if (_inner is not null)
            await _inner.BeforeSocketConnectAsync(endPoint, connectionType, socket, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        _inner is not null ? _inner.GetSocketConnectEndpointAsync(endpoint, cancellationToken)
        : endpoint is DnsEndPoint name && !IPAddress.TryParse(name.Host, out _) ? FindAsync(name, cancellationToken)
        : base.GetSocketConnectEndpointAsync(endpoint, cancellationToken);

    // The driver makes the connection. Where a name has several addresses, one that has just taken another is told to it.
    private async ValueTask<EndPoint?> FindAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_connectTimeout);
        IPAddress[] addresses = await _names.FindAsync(name.Host, deadline.Token).ConfigureAwait(false);
        if (addresses.Length == 1)
            return new IPEndPoint(addresses[0], name.Port);
        using Socket first = await AddressRace.ConnectAsync(addresses, name.Port, TimeProvider.System, deadline.Token).ConfigureAwait(false);
        return first.RemoteEndPoint;
    }

    public override async ValueTask<Stream?> BeforeAuthenticateAsync(
        EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        Stream? stream = _inner is null
            ? await base.BeforeAuthenticateAsync(endpoint, connectionType, socket, cancellationToken).ConfigureAwait(false)
            : await _inner.BeforeAuthenticateAsync(endpoint, connectionType, socket, cancellationToken).ConfigureAwait(false);
        if (connectionType != ConnectionType.Interactive || (stream ?? StreamOf(socket)) is not { } inner)
            return stream;

        // The epoch first: it is the connection's own only until the next begins.
        int epoch = Epoch;
        SocketPulse pulse = new(socket);
        GatheringStream gathering = new(inner, pulse, _onSend);
        _attached = new Attached(epoch, pulse, gathering, socket);
        return gathering;
    }

    private static NetworkStream? StreamOf(Socket? socket) => socket is null ? null : new NetworkStream(socket, ownsSocket: true);

    private sealed record Attached(int Epoch, SocketPulse Pulse, GatheringStream Stream, Socket? Socket);
}
