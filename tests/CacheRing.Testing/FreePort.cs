using System.Net;
using System.Net.Sockets;

namespace CacheRing.Testing;

/// <summary>Loopback ports nobody listens on; never the same one twice in a process.</summary>
/// <remarks>
/// They lie below the range the system takes for outgoing connections. So no client can be given the port of a server while that
/// server is down for a restart, and no client can connect to itself by asking for a dead server's port.
/// Another process may still take a port before it is bound: the types of the rig then choose another.
/// </remarks>
public static class FreePort
{
    private const int First = 12_000;

    // A clustered Redis also listens on its port + 10,000.
    private const int Last = 29_999;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that was free a moment ago.</summary>
    public static int Next()
    {
        lock (Gate)
        {
            while (Given.Count <= Last - First)
            {
                // Random, because test projects run side by side and would all begin at the same port.
                var port = Random.Shared.Next(First, Last + 1);
                if (Given.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"No loopback port between {First} and {Last} is left.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
