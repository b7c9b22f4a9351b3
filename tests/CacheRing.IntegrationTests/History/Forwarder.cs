using System.Net;
using System.Net.Sockets;

namespace CacheRing.IntegrationTests.History;

/// <summary>Lets a server be reached at another address of this machine, on another port.</summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Task _accepting;
    private int _connections;

    public Forwarder(IPEndPoint at, int port)
    {
        Port = port;
        _listener = new TcpListener(at);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server's port. Connections that are open stay with the one they have.</summary>
    public int Port { get; set; }

    /// <summary>How many there have been.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> forwarding = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_disposing.Token);
                Interlocked.Increment(ref _connections);
                forwarding.Add(ForwardAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(forwarding);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using TcpClient server = new() { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, Port, _disposing.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _disposing.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _disposing.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
            {
                // Its end is all there is to it.
            }
        }
    }
}
