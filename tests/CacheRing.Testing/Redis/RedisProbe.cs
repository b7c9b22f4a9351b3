using System.Net.Sockets;
using System.Security.Authentication;

namespace CacheRing.Testing.Redis;

/// <summary>Whether a server that is starting is ready: it answers, it is the one we started, and a replica has its master's data.</summary>
internal sealed class RedisProbe(RedisServerOptions options)
{
    /// <summary>A <paramref name="pid"/> of 0 stands for a server whose process cannot be seen from here.</summary>
    public async Task<bool> IsReadyAsync(int port, int pid, CancellationToken cancellationToken)
    {
        try
        {
            using var client = await RespClient.ConnectAsync(port, options.Tls is not null, options.Password, cancellationToken);
            var ping = await client.SendAsync(["PING"], cancellationToken);
            if (ping.IsError)
            {
                // Who must log in first, or may not ping, has been answered all the same. LOADING is an answer too, but not a ready server.
                return ping.ToString() is var text && (text.StartsWith("NOAUTH", StringComparison.Ordinal)
                    || text.StartsWith("NOPERM", StringComparison.Ordinal));
            }

            var info = (await client.SendAsync(["INFO"], cancellationToken)).ToString();
            return (pid == 0 || info.Contains($"process_id:{pid}\r\n", StringComparison.Ordinal))
                && (options.ReplicaOf is null || info.Contains("master_link_status:up", StringComparison.Ordinal));
        }
        catch (RedisErrorException)
        {
            return false; // The default user is off, or refuses the password while the data is still being read.
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            return false;
        }
    }
}
