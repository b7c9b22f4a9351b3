using System.Diagnostics;

namespace CacheRing.Testing.Hosting;

/// <summary>
/// One of the tests' own programs, as a process of its own: it can be killed like any other. It is given a settings file, told
/// lines on its input, and answers by lines on its output; what it logs is kept for messages.
/// </summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _name;
    private readonly ServerLog _errors = new(capacity: 200);

    private ClientProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        _errors.FollowErrors(process);
    }

    /// <summary>The last lines that it logged.</summary>
    public string Log => _errors.ToString();

    /// <param name="name">What messages call it.</param>
    /// <param name="program">Its assembly, in the folder of the tests.</param>
    /// <param name="settings">The file that it is given.</param>
    /// <param name="hostsFile">The names of hosts that it knows, as in <c>/etc/hosts</c>; null: those of the machine.</param>
    public static async Task<ClientProcess> StartAsync(string name, string program, string settings, string? hostsFile = null)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments = ["exec", Path.Combine(AppContext.BaseDirectory, program), settings];
        if (hostsFile is not null)
        {
            // In a mount namespace of its own: nobody else sees these names.
            arguments = ["-rm", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hostsFile, host, .. arguments];
            host = "unshare";
        }

        return new ClientProcess(
            name, await ProcessLauncher.StartAsync(host, arguments, Path.GetDirectoryName(settings)!, withInput: true));
    }

    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line that it says; null when it has ended.</summary>
    public Task<string?> HearAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Ends its input, at which it must end in good order.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"{_name} has ended with code {_process.ExitCode}. It logged:\n{Log}");
    }

    /// <summary>Ends the process as a crash would.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync().WaitAsync(EndDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
        _process.Dispose();
    }
}
