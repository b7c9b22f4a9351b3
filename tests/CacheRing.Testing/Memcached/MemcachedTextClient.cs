using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CacheRing.Testing.Memcached;

/// <summary>The least that can talk to a memcached server. It shares no code with what is tested.</summary>
internal sealed class MemcachedTextClient : IDisposable
{
    // Where a reply ends depends on its command. So every request is followed by a no-op, whose reply ends the reply.
    private const string NoOperation = "mn\r\n";
    private const string EndOfReply = "MN\r\n";

    private readonly Socket _socket;

    private MemcachedTextClient(Socket socket) => _socket = socket;

    public static async Task<MemcachedTextClient> ConnectAsync(
        int port, IReadOnlyDictionary<string, string> users, CancellationToken cancellationToken)
    {
        var client = new MemcachedTextClient(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await client._socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            if (users.Count > 0)
            {
                // Logging in is a set of any key, with the name and the password as its value.
                var (name, password) = users.First();
                var login = $"{name} {password}";
                await client.SendAsync($"set login 0 0 {login.Length}\r\n{login}", cancellationToken);
            }

            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request (a value follows its command after CR LF; the last CR LF may be left out) and returns all of the reply.</summary>
    public async Task<string> SendAsync(string request, CancellationToken cancellationToken)
    {
        var bytes = Encoding.Latin1.GetBytes(request.TrimEnd('\r', '\n') + "\r\n" + NoOperation);
        await _socket.SendAsync(bytes, cancellationToken);

        var reply = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!EndsWithEnd(reply))
        {
            var count = await _socket.ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            reply.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return reply.ToString(0, reply.Length - EndOfReply.Length);
    }

    public void Dispose() => _socket.Dispose();

    private static bool EndsWithEnd(StringBuilder reply) =>
        reply.Length >= EndOfReply.Length
        && reply.ToString(reply.Length - EndOfReply.Length, EndOfReply.Length) == EndOfReply
        && (reply.Length == EndOfReply.Length || reply[^(EndOfReply.Length + 1)] == '\n');
}
