using System.Net;
using System.Net.Sockets;

namespace CacheRing.IntegrationTests.RigTests;

/// <summary>Sends back what it is sent, and counts it: a target for the proxy that keeps no secrets.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;
    private long _received;

    private EchoServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static EchoServer Start() => new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public long Received => Interlocked.Read(ref _received);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        _clients.ForEach(client => client.Dispose());
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _clients.Add(client);
                _ = EchoAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task EchoAsync(TcpClient client)
    {
        try
        {
            using var _ = client;
            var buffer = new byte[64 * 1024];
            while (await client.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                Interlocked.Add(ref _received, count);
                await client.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
