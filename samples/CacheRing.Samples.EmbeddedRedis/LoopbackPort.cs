using System.Net;
using System.Net.Sockets;

namespace CacheRing.Samples.EmbeddedRedis;

/// <summary>
/// Free ports, chosen below the range that systems take for outgoing connections: nobody's client is given the port of a
/// server that is down for a restart.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 30_000;
    private const int Last = 32_700;
    private const int Attempts = 1000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that was free a moment ago, and was not given before.</summary>
    public static int Next()
    {
        lock (Gate)
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                // Random, because processes that start together would otherwise all begin with the same port.
                int port = Random.Shared.Next(First, Last + 1);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"Found no free loopback port between {First} and {Last}.");
    }

    /// <exception cref="SocketException">Somebody listens on the port.</exception>
    public static void ThrowIfTaken(int port)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();
    }

    private static bool IsFree(int port)
    {
        try
        {
            ThrowIfTaken(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
