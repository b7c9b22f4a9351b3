using System.Net;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>What the driver tells of its connections.</content>
internal sealed partial class RedisConnection
{
    // The driver tells of a lost connection once, and of attempts to make another only here.
    private void OnAttempted(object? sender, ConnectionAttemptCompletedEventArgs e)
    {
        if (e.IsSuccess || e.ConnectionType != ConnectionType.Interactive || IsDisposed || IsElsewhere(e.EndPoint))
            return;

        // Whoever accepts a connection and then says nothing hangs, and is not away.
        Exception error = e.FailureType == ConnectionFailureType.UnableToConnect && e.Stage >= ConnectionAttemptStage.Handshake
            ? new TimeoutException("The server has accepted a connection and does not answer on it.", e.Exception)
            : Unconnected(e.Exception ?? new RedisConnectionException(e.FailureType, CommandFlags.None, "The attempt to connect has failed."));
        _lastFailure = error;
        _abandonedFor = null;
        _refusal = ConnectionAttempts.Read(e, _settings.Configuration?.Ssl ?? false, _hasServed, _tunnel.FirstBytes);
        NodeException failure = Explain(error, isWrite: false);
        bool wasReached = _refusal is null
            && e.Stage >= ConnectionAttemptStage.Handshake
            && e.FailureType is ConnectionFailureType.SocketClosed or ConnectionFailureType.SocketFailure or ConnectionFailureType.InternalFailure;
        _client.ConnectFailed(wasReached ? failure.AsReached() : failure);
    }

    // A member of a cluster names others, and perhaps itself by no name; the driver tries those too.
    private bool IsElsewhere(EndPoint? endpoint)
    {
        return endpoint is not null
            && _settings.Configuration is { ResolveDns: false, EndPoints: [{ } own] }
            && !own.Equals(endpoint)
            && (own, endpoint) switch
            {
                // The driver adds a port where none was written.
                (DnsEndPoint { Port: 0 } mine, DnsEndPoint theirs) => mine.Host != theirs.Host,
                (IPEndPoint { Port: 0 } mine, IPEndPoint theirs) => !mine.Address.Equals(theirs.Address),
                _ => true,
            };
    }

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs e)
    {
        _lastFailure = e.Exception ?? _lastFailure;
        if (!IsOwn)
            _tunnel.Next();
        _onSubscriptionTouched();
        if (e.ConnectionType != ConnectionType.Interactive || IsDisposed)
            return;
        NodeException failure = Explain(
            new RedisConnectionException(ConnectionFailureType.SocketClosed, CommandFlags.None, "The connection was lost.", e.Exception), isWrite: false);
        if (Interlocked.Exchange(ref _isUp, false))
            _client.Disconnected(failure);
        else if (!IsOwn)
            _client.ConnectFailed(failure);
    }

    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs e)
    {
        _lastFailure = null;
        if (!IsOwn)
            _tunnel.Next();
        if (e.ConnectionType == ConnectionType.Interactive)
            OnUp();
        _onSubscriptionTouched();
    }

    private void OnUp()
    {
        Volatile.Write(ref _isUp, true);
        _hasServed = true;
        _abandonedFor = null;
        _refusal = null;
        _client.Connected();
    }
}
