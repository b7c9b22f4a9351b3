using System.Diagnostics;
using System.Text.Json;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.History;

/// <summary>A client of a recorded run, as a process of its own: it can be killed like any other.</summary>
public sealed class HistoryClientProcess : IAsyncDisposable
{
    private const string Program = "CacheRing.HistoryClient.dll";
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly ServerLog _errors = new(capacity: 200);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<HistoryClientEvent>> _awaited = [];
    private volatile bool _killed;

    private HistoryClientProcess(HistoryClientSettings settings, Process process)
    {
        Settings = settings;
        _process = process;
        _errors.FollowErrors(process);
    }

    public HistoryClientSettings Settings { get; }

    /// <summary>It was killed by the script of the run.</summary>
    public bool IsKilled => _killed;

    /// <summary>The last lines that it logged.</summary>
    public string Log => _errors.ToString();

    public static async Task<HistoryClientProcess> StartAsync(HistoryClientSettings settings)
    {
        string file = Path.Combine(settings.Directory, FormattableString.Invariant($"client-{settings.Client}.json"));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments = ["exec", Path.Combine(AppContext.BaseDirectory, Program), file];
        if (settings.HostsFile is { } hosts)
        {
            // In a mount namespace of its own: nobody else sees these names.
            arguments = ["-rm", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hosts, host, .. arguments];
            host = "unshare";
        }

        HistoryClientProcess client = new(settings, await ProcessLauncher.StartAsync(host, arguments, settings.Directory, withInput: true));
        _ = client.FollowAsync();
        return client;
    }

    public Task TellAsync(string command) => _process.StandardInput.WriteLineAsync(command);

    /// <summary>Waits until the client has said this, once each time it was asked.</summary>
    public async Task<HistoryClientEvent> HearAsync(string what, TimeSpan deadline)
    {
        try
        {
            HistoryClientEvent heard = await Awaited(what).Task.WaitAsync(deadline);
            lock (_gate)
            {
                _awaited.Remove(what);
            }

            return heard;
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"Client {Settings.Client} did not say '{what}' within {deadline.TotalSeconds} s. It logged:\n{Log}", timeout);
        }
    }

    /// <summary>Ends the process in good order, as it must at the end of its input too.</summary>
    public async Task QuitAsync(bool withoutAWord = false)
    {
        if (!withoutAWord)
            await TellAsync("quit");
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"Client {Settings.Client} has ended with code {_process.ExitCode}. It logged:\n{Log}");
    }

    /// <summary>Ends the process as a crash would.</summary>
    public async Task KillAsync()
    {
        _killed = true;
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(EndDeadline);
        _process.Dispose();
    }

    private async Task FollowAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            HistoryClientEvent said = JsonSerializer.Deserialize<HistoryClientEvent>(line)!;
            if (said.Event == "failed")
                FailAll(new InvalidOperationException($"Client {Settings.Client} has failed: {said.Reason} It logged:\n{Log}"));
            else
                Awaited(said.Event).TrySetResult(said);
        }

        FailAll(new InvalidOperationException($"Client {Settings.Client} has ended. It logged:\n{Log}"));
    }

    private void FailAll(Exception reason)
    {
        foreach (string what in (string[])["ready", "done", "settled", "swept"])
            Awaited(what).TrySetException(reason);
    }

    private TaskCompletionSource<HistoryClientEvent> Awaited(string what)
    {
        lock (_gate)
        {
            if (!_awaited.TryGetValue(what, out TaskCompletionSource<HistoryClientEvent>? source))
            {
                source = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = source.Task.Exception;
                _awaited.Add(what, source);
            }

            return source;
        }
    }
}
