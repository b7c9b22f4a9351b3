using System.Net.Sockets;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing;

/// <summary>What of the rig can run on this machine; for tests that are better skipped than failed.</summary>
public static class Rig
{
    private const string DefaultSocket = "/var/run/docker.sock";

    private static readonly Lazy<bool> Docker = new(DockerAnswers);

    /// <summary>A <see cref="RedisServer"/> can be started: as a child process, or else in a container.</summary>
    public static bool RedisIsAvailable => Executable.Find("redis-server") is not null || DockerIsAvailable;

    /// <summary>A <see cref="MemcachedServer"/> can be started.</summary>
    public static bool MemcachedIsAvailable => Executable.Find("memcached") is not null;

    /// <summary>A Docker engine answers. The <c>docker</c> command proves nothing: it is there without an engine, and absent beside one.</summary>
    public static bool DockerIsAvailable => Docker.Value;

    private static bool DockerAnswers()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (string.IsNullOrEmpty(host))
        {
            return CanConnect(new UnixDomainSocketEndPoint(DefaultSocket));
        }

        if (!Uri.TryCreate(host, UriKind.Absolute, out var address))
        {
            return false;
        }

        return address.Scheme switch
        {
            "unix" => CanConnect(new UnixDomainSocketEndPoint(address.AbsolutePath)),
            "tcp" or "http" or "https" => CanConnect(new System.Net.DnsEndPoint(address.Host, address.Port)),
            _ => true, // A named pipe or ssh: whoever sets it means it.
        };
    }

    private static bool CanConnect(System.Net.EndPoint endPoint)
    {
        using var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
