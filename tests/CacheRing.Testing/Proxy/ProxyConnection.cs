using System.Net.Sockets;

namespace CacheRing.Testing.Proxy;

/// <summary>One client's connection through a <see cref="FaultProxy"/>: the client's socket, the server's, and a pump each way.</summary>
internal sealed class ProxyConnection(Socket client, FaultSwitch faults, Action<int> onBytesToServer) : IDisposable
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _clientClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Pump? _requests;
    private volatile Pump? _replies;
    private volatile bool _blackHoled;

    /// <summary>Bytes of this connection were swallowed, so it can never be right again.</summary>
    public bool LostBytes => _blackHoled || _requests?.LostBytes == true || _replies?.LostBytes == true;

    /// <summary>From now on, for good, this connection swallows everything.</summary>
    public void BlackHole()
    {
        _blackHoled = true;
        _requests?.LoseAllFromNow();
        _replies?.LoseAllFromNow();
    }

    /// <summary>Returns when both sides are closed.</summary>
    public async Task RunAsync(string host, int port)
    {
        try
        {
            client.NoDelay = true;
            var isReached = !_blackHoled;
            if (isReached)
            {
                await _server.ConnectAsync(host, port, _ended.Token);
            }

            _requests = new Pump(client, isReached ? _server : null, faults, fault => fault.Mode == FaultMode.BlackHole, onBytesToServer);
            _replies = new Pump(_server, client, faults, fault => fault.HidesServer, onDelivered: null);
            if (_blackHoled)
            {
                BlackHole(); // It came while the server was being reached, when there was no pump yet to tell.
            }

            await Task.WhenAll(
                Guard(_requests.ReadAsync),
                Guard(WriteRequestsAsync),
                Guard(token => ReadRepliesAsync(isReached, token)),
                Guard(_replies.WriteAsync));
            Dispose();
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            Abort();
        }
    }

    /// <summary>Resets both sides: each sees at once that the connection is broken, as when a machine on the way refuses it.</summary>
    public void Abort()
    {
        Reset(client);
        Reset(_server);
        Dispose();
    }

    public void Dispose()
    {
        _ended.Cancel();
        client.Dispose();
        _server.Dispose();
    }

    private async Task WriteRequestsAsync(CancellationToken cancellationToken)
    {
        await _requests!.WriteAsync(cancellationToken);
        _clientClosed.TrySetResult();
        if (_requests.LostBytes)
        {
            Abort(); // The server cannot be told, and nobody is left to be kept waiting.
        }
    }

    // A server that dies behind a black hole is not seen to die: the client's side stays open until the fault is over.
    private async Task ReadRepliesAsync(bool serverIsReached, CancellationToken cancellationToken)
    {
        try
        {
            if (serverIsReached)
            {
                await _replies!.ReadAsync(cancellationToken);
            }
        }
        catch (SocketException) when (faults.Current.HidesServer)
        {
        }

        while (faults.Current is { HidesServer: true } fault && !_clientClosed.Task.IsCompleted)
        {
            _replies!.LoseAllFromNow();
            await Task.WhenAny(faults.WaitAsync(fault, Timeout.InfiniteTimeSpan), _clientClosed.Task).WaitAsync(cancellationToken);
        }
    }

    // A loop that fails takes the other three with it.
    private async Task Guard(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_ended.Token);
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            Abort();
        }
    }

    private static bool IsEndOfConnection(Exception exception) =>
        exception is SocketException or ObjectDisposedException or OperationCanceledException;

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // Closed already, or never connected.
        }
    }
}
