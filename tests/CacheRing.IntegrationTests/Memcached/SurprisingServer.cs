using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// A server that greets as memcached does, has no record of a generation, and then answers the first read of its first connection
/// as it is told; every later connection is answered rightly: each key has its own name as its value.
/// </summary>
internal sealed class SurprisingServer : IAsyncDisposable
{
    /// <summary>In place of a version: it wants a login, and ends the connection without a word at a command of the meta protocol.</summary>
    public const string Unauthenticated = "unauthenticated";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _disposing = new();
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Func<string, string, string?> _surprise;
    private readonly string _version;
    private readonly Task _accepting;
    private int _connections;
    private int _closedByClient;

    /// <param name="surprise">What to answer to a key with a mark; empty: close the connection; null: say nothing.</param>
    /// <param name="version">What it says to be.</param>
    public SurprisingServer(Func<string, string, string?> surprise, string version = "1.6.18")
    {
        _version = version;
        _surprise = surprise;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"memcached://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Every line that any connection has sent.</summary>
    public IReadOnlyCollection<string> Heard => _heard;

    public int ClosedByClient => Volatile.Read(ref _closedByClient);

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _disposing.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_disposing.Token);
                serving.Add(ServeAsync(client, Interlocked.Increment(ref _connections) == 1));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client, bool surprises)
    {
        using (client)
        using (StreamReader reader = new(client.GetStream(), Encoding.Latin1))
        {
            try
            {
                while (await reader.ReadLineAsync(_disposing.Token) is { } line)
                {
                    _heard.Enqueue(line);
                    string[] words = line.Split(' ');
                    string? answer = words[0] == "stats" && _version != Unauthenticated ? "STAT pid 1\r\nSTAT uptime 10\r\nSTAT time 1000000\r\nEND\r\n"
                        : _version == Unauthenticated ? (words[0] == "version" ? "CLIENT_ERROR unauthenticated\r\n" : "")
                        : words[0] == "version" ? $"VERSION {_version}\r\n"
                        : words[0] != "mg" ? "MN\r\n"
                        : words[1] == "cr:gen" ? $"EN O{Mark(words)}\r\n"
                        : surprises ? _surprise(words[1], Mark(words))
                        : Entry(words[1], Mark(words));
                    if (answer is null)
                        continue;
                    if (answer.Length == 0)
                        return;
                    await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(answer), _disposing.Token);
                }

                Interlocked.Increment(ref _closedByClient);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                Interlocked.Increment(ref _closedByClient);
            }
        }
    }

    /// <summary>The right answer: an entry with the key as its value.</summary>
    public static string Entry(string key, string mark) => Value(key, mark, key.Length);

    /// <summary>The same with a length that may be wrong.</summary>
    public static string Value(string value, string mark, int length) => $"VA {length} O{mark}\r\n{value}\r\n";

    private static string Mark(string[] words) => words.First(static word => word[0] == 'O')[1..];
}
