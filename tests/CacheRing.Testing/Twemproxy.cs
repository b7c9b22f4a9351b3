using System.Net.Sockets;
using System.Text;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing;

/// <summary>A real twemproxy (Debian's <c>nutcracker</c>) before servers of the rig. It shares no code with what is tested.</summary>
public sealed class Twemproxy : IAsyncDisposable
{
    public const string Program = "nutcracker";

    private const string ConfigurationFile = "nutcracker.yml";
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(10);

    private readonly ServerProcess _process;

    private Twemproxy(ServerProcess process) => _process = process;

    public static bool IsInstalled => Executable.Find(Program) is not null;

    public int Port => _process.Port;

    public static async Task<Twemproxy> StartAsync(TwemproxyOptions options, CancellationToken cancellationToken = default)
    {
        var recipe = new ServerRecipe(
            Program,
            "Install it (on Debian and Ubuntu: apt-get install nutcracker).",
            async (port, directory, token) =>
            {
                await File.WriteAllTextAsync(Path.Combine(directory, ConfigurationFile), options.ToYaml(port), token);
                return ["-c", ConfigurationFile, "-a", "127.0.0.1", "-s", $"{FreePort.Next()}"];
            },
            async (port, _, token) => await IsReadyAsync(port, options.Redis, token));
        return new Twemproxy(await ServerProcess.StartNewAsync(recipe, cancellationToken));
    }

    /// <summary>Sends a request as it is, its line ends too, and returns what comes up to and with <paramref name="end"/>.</summary>
    public async Task<string> ExecuteAsync(string request, string end)
    {
        using var deadline = new CancellationTokenSource(CommandDeadline);
        return await ExecuteAsync(Port, request, end, deadline.Token);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> IsReadyAsync(int port, bool redis, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(port, redis ? "*1\r\n$4\r\nPING\r\n" : "version\r\n", "\r\n", cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    private static async Task<string> ExecuteAsync(int port, string request, string end, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        var reply = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!reply.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new IOException($"The proxy closed the connection after '{reply}'.");
            }

            reply.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return reply.ToString();
    }
}
