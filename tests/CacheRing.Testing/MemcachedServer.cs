using CacheRing.Testing.Hosting;
using CacheRing.Testing.Memcached;

namespace CacheRing.Testing;

/// <summary>A real memcached server that a test may kill, freeze and restart. It answers when it has started and leaves nothing behind.</summary>
public sealed class MemcachedServer : IAsyncDisposable
{
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(10);

    private readonly ServerProcess _host;

    private MemcachedServer(ServerProcess host, MemcachedServerOptions options)
    {
        _host = host;
        Options = options;
    }

    public MemcachedServerOptions Options { get; }

    public string Host => _host.Host;

    /// <summary>The port; the same one after every restart.</summary>
    public int Port => _host.Port;

    /// <summary>The id of the process; 0 while it is down.</summary>
    public int Pid => _host.Pid;

    /// <summary>The process is there. It may be suspended.</summary>
    public bool IsRunning => _host.IsRunning;

    /// <summary>The address in the form of a node's <c>Endpoint</c>: <c>memcached://127.0.0.1:port</c>, or <c>memcacheds://</c> with TLS.</summary>
    public string Endpoint => $"{(Options.Tls is null ? "memcached" : "memcacheds")}://{Host}:{Port}";

    /// <summary>Starts a server and returns when it answers. When it does not start, the exception has its last log lines.</summary>
    public static async Task<MemcachedServer> StartAsync(
        MemcachedServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MemcachedServerOptions();
        return new MemcachedServer(await ServerProcess.StartNewAsync(MemcachedRecipe.For(options), cancellationToken), options);
    }

    /// <summary>Ends the server as a crash would (SIGKILL) and returns when it is gone.</summary>
    public Task KillAsync() => _host.KillAsync();

    /// <summary>Ends the server in good order and returns when it is gone.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Freezes the server: it accepts connections and takes bytes, but answers nothing.</summary>
    public void Suspend() => _host.Suspend();

    /// <summary>Lets a frozen server go on; it then answers what it was sent meanwhile.</summary>
    public void Resume() => _host.Resume();

    /// <summary>Restarts the server on the same port. It is empty, as memcached always is.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await KillAsync();
        await _host.StartAsync(keepData: false, cancellationToken);
    }

    /// <summary>
    /// Sends a request of the text protocol on a connection of its own, as the first of the users: <c>mg key v</c>, or
    /// <c>set key 0 0 1\r\nx</c>. Returns the reply as it came, with its line ends.
    /// </summary>
    public async Task<string> ExecuteAsync(string request)
    {
        using var deadline = new CancellationTokenSource(CommandDeadline);
        try
        {
            using var client = await MemcachedTextClient.ConnectAsync(Port, Options, deadline.Token);
            return await client.SendAsync(request, deadline.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"The server on port {Port} did not answer within {CommandDeadline.TotalSeconds} s.", exception);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
