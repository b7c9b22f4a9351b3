using System.Text.Json;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.History;

/// <summary>A client of a recorded run, as a process of its own: it can be killed like any other.</summary>
public sealed class HistoryClientProcess : IAsyncDisposable
{
    private const string Program = "CacheRing.HistoryClient.dll";

    private readonly ClientProcess _process;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<HistoryClientEvent>> _awaited = [];
    private volatile bool _killed;

    private HistoryClientProcess(HistoryClientSettings settings, ClientProcess process)
    {
        Settings = settings;
        _process = process;
    }

    public HistoryClientSettings Settings { get; }

    /// <summary>It was killed by the script of the run.</summary>
    public bool IsKilled => _killed;

    /// <summary>The last lines that it logged.</summary>
    public string Log => _process.Log;

    public static async Task<HistoryClientProcess> StartAsync(HistoryClientSettings settings)
    {
        string file = Path.Combine(settings.Directory, FormattableString.Invariant($"client-{settings.Client}.json"));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        string name = FormattableString.Invariant($"Client {settings.Client}");
        HistoryClientProcess client = new(settings, await ClientProcess.StartAsync(name, Program, file, settings.HostsFile));
        _ = client.FollowAsync();
        return client;
    }

    public Task TellAsync(string command) => _process.TellAsync(command);

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
        await _process.EndAsync();
    }

    /// <summary>Ends the process as a crash would.</summary>
    public Task KillAsync()
    {
        _killed = true;
        return _process.KillAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task FollowAsync()
    {
        while (await _process.HearAsync() is { } line)
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
