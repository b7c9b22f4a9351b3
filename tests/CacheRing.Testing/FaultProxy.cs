using System.Net;
using System.Net.Sockets;
using CacheRing.Testing.Proxy;

namespace CacheRing.Testing;

/// <summary>A TCP proxy in front of a server, for the faults of the network between: delay, silence, a cut, half a conversation.</summary>
/// <remarks>
/// One fault at a time; <see cref="Delay"/> goes with any. A fault strikes open connections as well as new ones. A connection that lost
/// bytes never carries any again, as in a real network: <see cref="Heal"/> resets it, so that the client makes a new one.
/// A connection to a dead server is accepted and then reset, where the server's own port would refuse it.
/// </remarks>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int PortsToTry = 10;

    private readonly Lock _gate = new();
    private readonly FaultSwitch _faults = new();
    private readonly Dictionary<ProxyConnection, Task> _connections = [];
    private readonly string _targetHost;
    private readonly int _targetPort;
    private ProxyListener _listener;
    private long _bytesToServer;
    private bool _disposed;

    private FaultProxy(string targetHost, int targetPort, int port)
    {
        _targetHost = targetHost;
        _targetPort = targetPort;
        Port = port;
        _listener = new ProxyListener(port, Take);
    }

    public string Host => IPAddress.Loopback.ToString();

    /// <summary>The port clients connect to; the same one for as long as the proxy lives.</summary>
    public int Port { get; }

    /// <summary>How long every chunk is on its way, in each direction: a round trip takes twice as long.</summary>
    public TimeSpan Delay
    {
        get => _faults.Current.Delay;
        set => Change(fault => fault with { Delay = value });
    }

    /// <summary>The connections that clients have open.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>How many bytes have reached the server.</summary>
    public long BytesToServer => Interlocked.Read(ref _bytesToServer);

    /// <summary>Starts a proxy in front of this server, on a free loopback port.</summary>
    public static FaultProxy Start(string host, int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FaultProxy(host, port, FreePort.Next());
            }
            catch (SocketException) when (attempt < PortsToTry)
            {
                // Another process was faster.
            }
        }
    }

    /// <summary>Resets all connections and refuses new ones.</summary>
    public void Cut() => Change(fault => new Fault(FaultMode.Cut, fault.Delay));

    /// <summary>Resets the connections of the moment, once. New ones are made as ever.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            AbortWhere(static _ => true);
        }
    }

    /// <summary>Accepts connections and swallows all bytes of both directions; connections stay open, whatever the server does.</summary>
    public void BlackHole() => Change(fault => new Fault(FaultMode.BlackHole, fault.Delay));

    /// <summary>Passes requests on and swallows the replies: the server has done what the client must take for lost.</summary>
    public void DropReplies() => Change(fault => new Fault(FaultMode.DropReplies, fault.Delay));

    /// <summary>Passes everything on in pieces of this size, each this long after the one before, in both directions.</summary>
    public void Trickle(int bytesPerChunk, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerChunk);
        Change(fault => new Fault(FaultMode.Trickle, fault.Delay, bytesPerChunk, interval));
    }

    /// <summary>Back to normal, without delay. Connections that lost bytes are reset.</summary>
    public void Heal() => Change(_ => Fault.None);

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _disposed = true;
            _listener.Dispose();
            AbortWhere(_ => true);
            running = [_listener.Ended, .. _connections.Values];
        }

        await Task.WhenAll(running);
    }

    private void Change(Func<Fault, Fault> change)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var former = _faults.Current;
            var fault = change(former);
            _faults.Set(fault);
            if (fault.Mode == former.Mode && fault.Mode != FaultMode.None)
            {
                return; // Another delay, or another pace.
            }

            switch (fault.Mode)
            {
                case FaultMode.Cut:
                    _listener.Dispose();
                    AbortWhere(_ => true);
                    break;
                case FaultMode.BlackHole:
                    foreach (var connection in _connections.Keys)
                    {
                        connection.BlackHole();
                    }

                    break;
                case FaultMode.None when former.Mode != FaultMode.None:
                    AbortWhere(connection => connection.LostBytes);
                    break;
            }

            if (former.Mode == FaultMode.Cut)
            {
                _listener = new ProxyListener(Port, Take);
            }
        }
    }

    private void AbortWhere(Func<ProxyConnection, bool> isStruck)
    {
        // A copy: the end of a connection may take it off the list before the loop goes on.
        foreach (var connection in _connections.Keys.Where(isStruck).ToArray())
        {
            connection.Abort();
        }
    }

    private void Take(Socket client)
    {
        var connection = new ProxyConnection(client, _faults, count => Interlocked.Add(ref _bytesToServer, count));
        lock (_gate)
        {
            if (_disposed || _faults.Current.Mode == FaultMode.Cut)
            {
                connection.Abort();
                return;
            }

            if (_faults.Current.Mode == FaultMode.BlackHole)
            {
                connection.BlackHole();
            }

            _connections.Add(connection, RunAsync(connection));
        }
    }

    private async Task RunAsync(ProxyConnection connection)
    {
        await Task.Yield(); // The caller holds the gate and has not added the connection yet.
        await connection.RunAsync(_targetHost, _targetPort);
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }
}
