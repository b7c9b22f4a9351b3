using System.Net;
using System.Net.Sockets;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// A network that brings what was sent long after its sender has given the connection up: it keeps what comes on the
/// connections of the moment, breaks them for the client alone, lets the client make new ones, and delivers what it kept when
/// it is told to.
/// </summary>
internal sealed class LateProxy : IAsyncDisposable
{
    private readonly Uri _target;
    private readonly TcpListener _listener;
    private readonly Lock _gate = new();
    private readonly List<LateConnection> _connections = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LateProxy(string endpoint)
    {
        _target = new Uri(endpoint);
        _open.SetResult();
        _listener = new TcpListener(IPAddress.Loopback, FreePort.Next());
        _listener.Start();
        Endpoint = FormattableString.Invariant($"{_target.Scheme}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>Called with what a client sends, and on which connection, before it is passed on.</summary>
    public Func<LateConnection, ReadOnlyMemory<byte>, Task>? Passing { get; set; }

    /// <summary>From now on what comes on the present connections is kept.</summary>
    public void Keep() => ForEach(static connection => connection.Keep());

    /// <summary>The client loses the connections that are kept, and gets no other for now. The server learns nothing.</summary>
    public void Break()
    {
        _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ForEach(static connection => connection.BreakKept());
    }

    /// <summary>The client can connect again.</summary>
    public void Reopen() => _open.TrySetResult();

    /// <summary>What was kept arrives at the server, unless the server has ended the connection.</summary>
    public async Task DeliverAsync()
    {
        LateConnection[] connections;
        lock (_gate)
        {
            connections = [.. _connections];
        }

        foreach (LateConnection connection in connections)
            await connection.DeliverAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Reopen();
        await _accepting;
        ForEach(static connection => connection.Dispose());
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                await _open.Task;
                LateConnection connection = new(client, this);
                lock (_gate)
                {
                    _connections.Add(connection);
                }

                _ = connection.RunAsync(_target.Host, _target.Port);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private void ForEach(Action<LateConnection> action)
    {
        lock (_gate)
        {
            _connections.ForEach(action);
        }
    }
}
