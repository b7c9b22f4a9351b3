using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace CacheRing.Testing.Memcached;

/// <summary>The least that can talk to a memcached server. It shares no code with what is tested.</summary>
internal sealed class MemcachedTextClient : IDisposable
{
    // Where a reply ends depends on its command. So every request is followed by a no-op, whose reply ends the reply.
    private const string NoOperation = "mn\r\n";
    private const string EndOfReply = "MN\r\n";

    private readonly Stream _stream;

    private MemcachedTextClient(Stream stream) => _stream = stream;

    public static async Task<MemcachedTextClient> ConnectAsync(
        int port, MemcachedServerOptions options, CancellationToken cancellationToken)
    {
        var client = new MemcachedTextClient(await OpenAsync(port, options.Tls is not null, cancellationToken));
        try
        {
            if (options.Users.Count > 0)
            {
                // Logging in is a set of any key, with the name and the password as its value.
                var (name, password) = options.Users.First();
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

    private static async Task<Stream> OpenAsync(int port, bool tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (!tls)
            {
                return stream;
            }

#pragma warning disable CA5359 // The side door is not what is tested: any certificate will do.
            var encrypted = new SslStream(stream);
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true },
                cancellationToken);
#pragma warning restore CA5359
            return encrypted;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request (a value follows its command after CR LF; the last CR LF may be left out) and returns all of the reply.</summary>
    public async Task<string> SendAsync(string request, CancellationToken cancellationToken)
    {
        var bytes = Encoding.Latin1.GetBytes(request.TrimEnd('\r', '\n') + "\r\n" + NoOperation);
        await _stream.WriteAsync(bytes, cancellationToken);

        var reply = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!EndsWithEnd(reply))
        {
            var count = await _stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            reply.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return reply.ToString(0, reply.Length - EndOfReply.Length);
    }

    public void Dispose() => _stream.Dispose();

    private static bool EndsWithEnd(StringBuilder reply) =>
        reply.Length >= EndOfReply.Length
        && reply.ToString(reply.Length - EndOfReply.Length, EndOfReply.Length) == EndOfReply
        && (reply.Length == EndOfReply.Length || reply[^(EndOfReply.Length + 1)] == '\n');
}
