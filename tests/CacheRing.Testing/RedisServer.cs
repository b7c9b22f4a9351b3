using CacheRing.Testing.Hosting;
using CacheRing.Testing.Redis;

namespace CacheRing.Testing;

/// <summary>A real Redis server that a test may kill, freeze and restart. It answers when it has started and leaves nothing behind.</summary>
/// <remarks>
/// It is a child process with a loopback port and a temporary directory of its own; the kernel ends it with the test process (Linux).
/// Without a <c>redis-server</c> on the PATH it is a container, when a Docker engine answers.
/// </remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(10);

    private readonly IServerHost _host;
    private bool _saved;

    private RedisServer(IServerHost host, RedisServerOptions options)
    {
        _host = host;
        Options = options;
    }

    public RedisServerOptions Options { get; }

    public string Host => _host.Host;

    /// <summary>The port; the same one after every restart.</summary>
    public int Port => _host.Port;

    /// <summary>The id of the process; 0 while it is down, and in a container.</summary>
    public int Pid => _host.Pid;

    /// <summary>The process is there. It may be suspended.</summary>
    public bool IsRunning => _host.IsRunning;

    /// <summary>The address in the form of a node's <c>Endpoint</c>: <c>redis://127.0.0.1:port</c>, or <c>rediss://</c> with TLS.</summary>
    public string Endpoint => $"{(Options.Tls is null ? "redis" : "rediss")}://{Host}:{Port}";

    /// <summary>Starts a server and returns when it answers. When it does not start, the exception has its last log lines.</summary>
    public static async Task<RedisServer> StartAsync(RedisServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RedisServerOptions();
        var probe = new RedisProbe(options);
        IServerHost host = Executable.Find(RedisRecipe.Program) is null && Rig.DockerIsAvailable
            ? await RedisContainerHost.StartNewAsync(options, probe, cancellationToken)
            : await ServerProcess.StartNewAsync(RedisRecipe.For(options, probe), cancellationToken);
        return new RedisServer(host, options);
    }

    /// <summary>Ends the server as a crash would (SIGKILL) and returns when it is gone.</summary>
    public Task KillAsync() => _host.KillAsync();

    /// <summary>Ends the server in good order and returns when it is gone. It does not save.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Freezes the server: it accepts connections and takes bytes, but answers nothing.</summary>
    public void Suspend() => _host.Suspend();

    /// <summary>Lets a frozen server go on; it then answers what it was sent meanwhile.</summary>
    public void Resume() => _host.Resume();

    /// <summary>Writes a snapshot of the data. A later <see cref="RestartAsync"/> with data comes back with it.</summary>
    public async Task SaveAsync()
    {
        await ExecuteAsync("SAVE");
        _saved = true;
    }

    /// <summary>
    /// Restarts the server on the same port. A server that runs is saved first when its data is to be kept. One that was killed comes
    /// back as of the last <see cref="SaveAsync"/>, so with old data when it took writes after that.
    /// </summary>
    public async Task RestartAsync(bool keepData, CancellationToken cancellationToken = default)
    {
        if (IsRunning && keepData)
        {
            Resume();
            await SaveAsync();
        }

        if (keepData && !_saved)
        {
            throw new InvalidOperationException($"There is no data to keep: call {nameof(SaveAsync)} before the server goes down.");
        }

        await KillAsync();
        await _host.StartAsync(keepData, cancellationToken);
        _saved = keepData;
    }

    /// <summary>Deletes the record of the node's generation, in all its copies.</summary>
    public Task DeleteRecordAsync(string instanceName = "") =>
        ExecuteAsync(["DEL", $"{instanceName}cr:gen", .. Enumerable.Range(1, 4).Select(copy => $"{instanceName}cr:gen:{copy}")]);

    /// <summary>
    /// Runs one command on a connection of its own, as the default user. Returns a value as text, a list with an item a line, nil as
    /// <c>(nil)</c>; throws <see cref="RedisErrorException"/> when the server refuses, <see cref="TimeoutException"/> when it is silent.
    /// </summary>
    public async Task<string> ExecuteAsync(params string[] arguments) => (await SendAsync(arguments)).ToString();

    /// <summary>As <see cref="ExecuteAsync"/>, for a value that is not text; null when there is none.</summary>
    public async Task<byte[]?> ExecuteBytesAsync(params string[] arguments) => (await SendAsync(arguments)).Bytes;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<RespReply> SendAsync(string[] arguments)
    {
        using var deadline = new CancellationTokenSource(CommandDeadline);
        try
        {
            using var client = await RespClient.ConnectAsync(Port, Options.Tls is not null, Options.Password, deadline.Token);
            return (await client.SendAsync(arguments, deadline.Token)).ThrowIfError();
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"The server on port {Port} did not answer {arguments[0]} within {CommandDeadline.TotalSeconds} s.", exception);
        }
    }
}
