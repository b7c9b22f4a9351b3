using System.Net;
using System.Net.Sockets;

namespace CacheRing.Testing.Proxy;

/// <summary>Accepts connections on a loopback port until it is disposed; from then on the port refuses them.</summary>
internal sealed class ProxyListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ProxyListener(int port, Action<Socket> take)
    {
        try
        {
            // So that what a slow line has yet to carry waits with its sender, as behind a real one, and not in this machine's memory.
            _socket.ReceiveBufferSize = 64 * 1024;
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        Ended = AcceptAsync(take);
    }

    /// <summary>Completes after the last connection was taken.</summary>
    public Task Ended { get; }

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync(Action<Socket> take)
    {
        try
        {
            while (true)
            {
                take(await _socket.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
