using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.server;

namespace CacheRing.Samples.EmbeddedRedis;

/// <summary>
/// A server inside the process that speaks Redis's protocol over loopback: Microsoft's Garnet, in memory only. Nothing to
/// install, nothing left behind. It stands in for a Redis server in samples and tests; it is none for production.
/// </summary>
public sealed class EmbeddedRedisServer : IAsyncDisposable, IDisposable
{
    private const int Attempts = 10;

    // One start or stop at a time: of two starts one would find the port taken, and while a stop goes on it is.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private GarnetServer? _server;

    private EmbeddedRedisServer(int port, GarnetServer server)
    {
        Port = port;
        _server = server;
    }

    /// <summary>The port on 127.0.0.1; the same one after every restart.</summary>
    public int Port { get; }

    /// <summary>The address in the form of a node's <c>Endpoint</c>.</summary>
    public string Endpoint => $"redis://127.0.0.1:{Port}";

    public bool IsRunning => Volatile.Read(ref _server) is not null;

    /// <summary>Starts a server, which answers when this returns. Without a port it takes a free one.</summary>
    public static EmbeddedRedisServer Start(int? port = null)
    {
        if (port is { } wanted)
            return new EmbeddedRedisServer(wanted, Listen(wanted));

        for (int attempt = 1; ; attempt++)
        {
            int free = LoopbackPort.Next();
            try
            {
                return new EmbeddedRedisServer(free, Listen(free));
            }
            catch (SocketException) when (attempt < Attempts)
            {
                // Another process took it between the look and the bind.
            }
        }
    }

    /// <summary>Closes every connection and forgets the data, as a crash of a server without persistence does.</summary>
    public Task StopAsync() => InTurnAsync(StopNowAsync);

    /// <summary>Starts a server that was stopped again, empty, on the same port; one that runs goes on with its data.</summary>
    public Task StartAgainAsync() => InTurnAsync(StartNowAsync);

    /// <summary>Starts the server again, empty, on the same port; stops it first if it runs.</summary>
    public Task RestartAsync() => InTurnAsync(async () =>
    {
        await StopNowAsync();
        await StartNowAsync();
    });

    public async ValueTask DisposeAsync() => await StopAsync();

    public void Dispose() => Interlocked.Exchange(ref _server, null)?.Dispose();

    private async Task InTurnAsync(Func<Task> action)
    {
        await _turn.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task StopNowAsync()
    {
        // Garnet's Dispose spins until its connections, whose work is done on the thread pool, are closed. On a pool of two
        // threads it may wait for a second: so it has a thread of its own.
        return Interlocked.Exchange(ref _server, null) is { } server
            ? Task.Factory.StartNew(server.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Task.CompletedTask;
    }

    private Task StartNowAsync()
    {
        if (!IsRunning)
            Volatile.Write(ref _server, Listen(Port));
        return Task.CompletedTask;
    }

    private static GarnetServer Listen(int port)
    {
        // Garnet lets others share its port, so that two of them on one port would go unnoticed: look before.
        LoopbackPort.ThrowIfTaken(port);
        GarnetServer server = new(new GarnetServerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
            LogMemorySize = "16m",
            PageSize = "1m",
            IndexMemorySize = "1m",
            EnableLua = true,
            LuaOptions = new LuaOptions(),

            // Without it a script is no unit: two clients may both be told that the lease is theirs.
            LuaTransactionMode = true,
            QuietMode = true,
        });
        try
        {
            server.Start();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}
