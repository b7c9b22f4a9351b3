using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace CacheRing.Redis;

/// <summary>
/// Counts the connections that the driver makes, each before its first command: the driver's own events come when commands
/// have already been sent on the new one. A tunnel that the user has configured does its work as before.
/// </summary>
internal sealed class EpochTunnel : Tunnel
{
    private readonly Tunnel? _inner;
    private readonly bool _sharesConnection;
    private readonly Action _onSubscription;
    private volatile int _epoch;
    private volatile int _subscriptionEpoch;

    /// <param name="inner">The user's.</param>
    /// <param name="sharesConnection">Whether messages come on the connection of the commands.</param>
    /// <param name="onSubscription">Told of each new connection for messages, after it was counted.</param>
    public EpochTunnel(Tunnel? inner, bool sharesConnection, Action onSubscription)
    {
        _inner = inner;
        _sharesConnection = sharesConnection;
        _onSubscription = onSubscription;
    }

    public int Epoch => _epoch;

    /// <summary>The number of the connection on which messages come.</summary>
    public int SubscriptionEpoch => _subscriptionEpoch;

    /// <summary>For connections that were made elsewhere.</summary>
    public void Next() => Interlocked.Increment(ref _epoch);

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
        _inner is null
            ? base.GetSocketConnectEndpointAsync(endpoint, cancellationToken)
            : _inner.GetSocketConnectEndpointAsync(endpoint, cancellationToken);

    public override ValueTask<Stream?> BeforeAuthenticateAsync(
        EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken) =>
        _inner is null
            ? base.BeforeAuthenticateAsync(endpoint, connectionType, socket, cancellationToken)
            : _inner.BeforeAuthenticateAsync(endpoint, connectionType, socket, cancellationToken);
}
