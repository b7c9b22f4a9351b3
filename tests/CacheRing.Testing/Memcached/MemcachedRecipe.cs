using System.Globalization;
using System.Net.Sockets;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.Memcached;

/// <summary>How <c>memcached</c> is run as a child process.</summary>
internal static class MemcachedRecipe
{
    private const string UsersFile = "users";

    public static ServerRecipe For(MemcachedServerOptions options) => new(
        "memcached",
        "Install it (on Debian and Ubuntu: apt-get install memcached).",
        (port, directory, cancellationToken) => PrepareAsync(options, port, directory, cancellationToken),
        (port, pid, cancellationToken) => IsReadyAsync(options, port, pid, cancellationToken));

    private static async Task<IReadOnlyList<string>> PrepareAsync(
        MemcachedServerOptions options, int port, string directory, CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "-l", "127.0.0.1", "-p", Text(port), "-U", "0", "-m", Text(options.MemoryMegabytes), "-t", Text(options.Threads),
        ];
        if (options.MaxItemSize is { } size)
        {
            arguments.AddRange(["-I", size]);
        }

        if (options.NoEviction)
        {
            arguments.Add("-M");
        }

        if (options.Binary)
        {
            arguments.AddRange(["-B", "binary"]);
        }

        if (options.Users.Count > 0)
        {
            var lines = options.Users.Select(user => $"{user.Key}:{user.Value}");
            await File.WriteAllLinesAsync(Path.Combine(directory, UsersFile), lines, cancellationToken);
            arguments.AddRange(["-Y", UsersFile]);
        }

        if (options.Tls is { } certificate)
        {
            arguments.AddRange(["-Z", "-o", $"ssl_chain_cert={certificate.CertificateFile},ssl_key={certificate.KeyFile}"]);
        }

        // As root it refuses to run until it is told as whom. Staying the same user also keeps the kernel's promise to end it with us.
        if (Environment.IsPrivilegedProcess)
        {
            arguments.AddRange(["-u", Environment.UserName]);
        }

        return [.. arguments, .. options.ExtraArguments];
    }

    private static async Task<bool> IsReadyAsync(MemcachedServerOptions options, int port, int pid, CancellationToken cancellationToken)
    {
        try
        {
            if (options.Binary)
            {
                return await AnswersBinaryAsync(port, cancellationToken);
            }

            using var client = await MemcachedTextClient.ConnectAsync(port, options, cancellationToken);
            return (await client.SendAsync("version\r\nstats", cancellationToken)) is var reply
                && reply.StartsWith("VERSION ", StringComparison.Ordinal)
                && reply.Contains($"STAT pid {pid}\r\n", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<bool> AnswersBinaryAsync(int port, CancellationToken cancellationToken)
    {
        const int Header = 24;
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, cancellationToken);
        var version = new byte[Header];
        (version[0], version[1]) = (0x80, 0x0b);
        await client.GetStream().WriteAsync(version, cancellationToken);
        await client.GetStream().ReadExactlyAsync(version, cancellationToken);
        return version[0] == 0x81;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
