using System.Net;
using System.Net.Sockets;

namespace CacheRing.Nodes;

/// <summary>
/// Connects to whichever address of a name answers first. A name may lead to several machines, of which one is gone, or to an IPv6
/// address without a route: addresses are tried one after the other, each with a head start of 250 ms, families in turn, and the first
/// connection wins ("Happy Eyeballs", RFC 8305). One address costs nothing beyond its connection.
/// </summary>
internal static class AddressRace
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>A socket that is connected to one of the addresses.</summary>
    /// <exception cref="SocketException">None of them takes a connection; this is what the first said.</exception>
    /// <exception cref="OperationCanceledException">None has answered in time.</exception>
    public static async Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken token)
    {
        IPAddress[] order = InTurn(addresses);
        if (order.Length == 1)
            return await ConnectAsync(order[0], port, token).ConfigureAwait(false);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(token);
        List<Task<Socket>> running = [];
        Task<Socket>? won = null;
        for (int next = 0; won is null && (next < order.Length || running.Exists(static attempt => !attempt.IsCompleted));)
        {
            if (next < order.Length)
                running.Add(ConnectAsync(order[next++], port, over.Token));
            Task[] open = [.. running.Where(static attempt => !attempt.IsCompleted)];
            if (open.Length > 0)
            {
                Task pause = next < order.Length ? Task.Delay(HeadStart, time, over.Token) : Task.Delay(Timeout.Infinite, over.Token);
                await Task.WhenAny([.. open, pause]).ConfigureAwait(false);
            }

            won = running.Find(static attempt => attempt.IsCompletedSuccessfully);
            token.ThrowIfCancellationRequested();
        }

        await over.CancelAsync().ConfigureAwait(false);
        foreach (Task<Socket> attempt in running)
        {
            if (attempt != won)
                _ = LetGoAsync(attempt);
        }

        return await (won ?? running[0]).ConfigureAwait(false);
    }

    /// <summary>IPv6 and IPv4 by turns, beginning with the family that the resolver has put first.</summary>
    public static IPAddress[] InTurn(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] first = [.. addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily)];
        IPAddress[] others = [.. addresses.Except(first)];
        List<IPAddress> order = [];
        for (int i = 0; i < Math.Max(first.Length, others.Length); i++)
        {
            if (i < first.Length)
                order.Add(first[i]);
            if (i < others.Length)
                order.Add(others[i]);
        }

        return [.. order];
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken token)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), token).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task LetGoAsync(Task<Socket> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully)
            (await attempt.ConfigureAwait(false)).Dispose();
    }
}
