using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace CacheRing.Testing.Redis;

/// <summary>The least that can talk to a Redis server: one connection, one command at a time. It shares no code with what is tested.</summary>
internal sealed class RespClient : IDisposable
{
    private readonly BufferedStream _stream;

    private RespClient(Stream stream) => _stream = new BufferedStream(stream);

    public static async Task<RespClient> ConnectAsync(int port, bool tls, string? password, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls)
            {
                // The rig looks at its own servers, also at those with a wrong certificate; checking it is the business of what is tested.
                var secure = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
                stream = secure;
                await secure.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancellationToken);
            }

            var client = new RespClient(stream);
            if (password is not null)
            {
                (await client.SendAsync(["AUTH", password], cancellationToken)).ThrowIfError();
            }

            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<RespReply> SendAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var command = new MemoryStream();
        command.Write(Encoding.UTF8.GetBytes($"*{arguments.Count}\r\n"));
        foreach (var argument in arguments)
        {
            var bytes = Encoding.UTF8.GetBytes(argument);
            command.Write(Encoding.UTF8.GetBytes($"${bytes.Length}\r\n"));
            command.Write(bytes);
            command.Write("\r\n"u8);
        }

        await _stream.WriteAsync(command.GetBuffer().AsMemory(0, (int)command.Length), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public void Dispose() => _stream.Dispose();

    private async Task<RespReply> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        var text = line[1..];
        switch (line[0])
        {
            case '+' or ':':
                return new RespReply { Text = text };
            case '-':
                return new RespReply { Text = text, IsError = true };
            case '$' when text == "-1":
            case '*' when text == "-1":
                return new RespReply();
            case '$':
                var bytes = new byte[int.Parse(text, CultureInfo.InvariantCulture) + 2];
                await _stream.ReadExactlyAsync(bytes, cancellationToken);
                return new RespReply { Bytes = bytes[..^2] };
            case '*':
                var items = new RespReply[int.Parse(text, CultureInfo.InvariantCulture)];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = await ReadAsync(cancellationToken);
                }

                return new RespReply { Items = items };
            default:
                throw new InvalidDataException($"Not a RESP2 reply: {line}");
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < 2 || line[^1] != '\n')
        {
            await _stream.ReadExactlyAsync(one, cancellationToken);
            line.Append((char)one[0]);
        }

        return line.ToString(0, line.Length - 2);
    }
}
