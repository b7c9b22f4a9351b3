using System.Diagnostics;
using System.Net;

namespace CacheRing.Testing.Hosting;

/// <summary>A server as a child process with a port and a temporary directory of its own; gone without a trace when disposed.</summary>
internal sealed class ServerProcess : IServerHost
{
    private const int PortsToTry = 10;
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly ServerRecipe _recipe;
    private readonly string _program;
    private readonly ServerLog _log = new();
    private readonly DirectoryInfo _directory;
    private Process? _process;
    private bool _suspended;

    private ServerProcess(ServerRecipe recipe, string program, int port)
    {
        _recipe = recipe;
        _program = program;
        _directory = Directory.CreateTempSubdirectory($"cachering-{recipe.Program}-");
        Port = port;
    }

    public string Host => IPAddress.Loopback.ToString();

    public int Port { get; }

    public int Pid => IsRunning ? _process!.Id : 0;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts a new server on a port of its own. When another process takes that port first, on another one.</summary>
    public static async Task<ServerProcess> StartNewAsync(ServerRecipe recipe, CancellationToken cancellationToken)
    {
        var program = Executable.Find(recipe.Program)
            ?? throw new InvalidOperationException($"There is no {recipe.Program} on the PATH. {recipe.Install}");
        for (var attempt = 1; ; attempt++)
        {
            var server = new ServerProcess(recipe, program, FreePort.Next());
            try
            {
                await server.StartAsync(keepData: false, cancellationToken);
                return server;
            }
            catch (Exception exception)
            {
                var portTaken = server._log.Contains("Address already in use");
                await server.DisposeAsync();
                if (exception is not InvalidOperationException || !portTaken || attempt == PortsToTry)
                {
                    throw;
                }
            }
        }
    }

    public async Task StartAsync(bool keepData, CancellationToken cancellationToken)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{_recipe.Program} on port {Port} is running already.");
        }

        if (!keepData)
        {
            _directory.Delete(recursive: true);
            _directory.Create();
        }

        var arguments = await _recipe.Prepare(Port, _directory.FullName, cancellationToken);
        _process?.Dispose();
        _suspended = false;
        _log.Clear();
        _process = await ProcessLauncher.StartAsync(_program, arguments, _directory.FullName);
        _log.Follow(_process);
        await BecomeReadyAsync(_process, cancellationToken);
    }

    public async Task KillAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        process.Kill();
        await WaitForEndAsync(process);
    }

    public async Task StopAsync()
    {
        if (!IsRunning)
        {
            return;
        }

        Resume();
        Signals.RequestEnd(_process!.Id);
        await WaitForEndAsync(_process);
    }

    public void Suspend()
    {
        if (!IsRunning)
        {
            throw new InvalidOperationException($"{_recipe.Program} on port {Port} is not running, so it cannot be suspended.");
        }

        Signals.Suspend(_process!.Id);
        _suspended = true;
    }

    public void Resume()
    {
        if (_suspended && IsRunning)
        {
            Signals.Resume(_process!.Id);
        }

        _suspended = false;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _process = null;
        _directory.Refresh();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    private async Task BecomeReadyAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await Poll.UntilAsync(
                async () => process.HasExited || await _recipe.IsReady(Port, process.Id, cancellationToken),
                $"{_recipe.Program} to answer on port {Port}",
                cancellationToken: cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} Its last lines:\n{_log}", exception);
        }

        if (process.HasExited)
        {
            // The lines come through a pipe: this also waits for the last of them.
            await WaitForEndAsync(process);
            throw new InvalidOperationException(
                $"{_recipe.Program} did not start on port {Port}: it ended with code {process.ExitCode}. Its last lines:\n{_log}");
        }
    }

    private static async Task WaitForEndAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(EndDeadline);
        await process.WaitForExitAsync(deadline.Token);
    }
}
