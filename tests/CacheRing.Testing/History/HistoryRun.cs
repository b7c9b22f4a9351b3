namespace CacheRing.Testing.History;

/// <summary>
/// A recorded run: client processes that work on the same keys while a script does harm to their servers, and what the checker
/// makes of what they noted.
/// </summary>
public sealed class HistoryRun : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly HistoryPlan _plan;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cachering-history-");
    private readonly HistoryStore _store;
    private readonly List<HistoryClientProcess> _clients = [];
    private Task<HistoryClientEvent[]> _work = Task.FromResult(Array.Empty<HistoryClientEvent>());

    private HistoryRun(HistoryPlan plan)
    {
        _plan = plan;
        _store = HistoryStore.Open(plan.SettingsOf(0, _directory.FullName).StoreFile, plan.Keys);
    }

    public IReadOnlyList<HistoryClientProcess> Clients => _clients;

    /// <summary>What chance in the run depends on.</summary>
    public int Seed => _plan.Seed;

    /// <summary>Some client has not yet made all its operations.</summary>
    public bool IsWorking => !_work.IsCompleted;

    /// <summary>What the clients said of their work when they had done it.</summary>
    public IReadOnlyList<HistoryClientEvent> Done { get; private set; } = [];

    private IEnumerable<HistoryClientProcess> Living => _clients.Where(static client => !client.IsKilled);

    /// <summary>Starts the clients and returns when all are connected to all nodes.</summary>
    public static async Task<HistoryRun> StartAsync(HistoryPlan plan)
    {
        HistoryRun run = new(plan);
        try
        {
            for (int client = 0; client < plan.Endpoints.Count; client++)
                run._clients.Add(await HistoryClientProcess.StartAsync(plan.SettingsOf(client, run._directory.FullName)));
            await run.HearAsync("ready");
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Lets the clients work, the script do its harm and undo it, the clients settle and read every key, and checks what they
    /// have noted.
    /// </summary>
    public async Task<HistoryResult> CheckAsync(Func<HistoryRun, Task> script)
    {
        await TellAsync("go");
        _work = HearAsync("done");
        await script(this);
        Done = await _work;
        await AskAsync("settle", "settled");
        await AskAsync("sweep", "swept");

        // What the bound excuses for now must be gone when it has passed.
        if (_plan.Bound > TimeSpan.Zero)
        {
            await Task.Delay(_plan.Bound);
            await AskAsync("sweep", "swept");
        }

        await Task.WhenAll(Living.Select(static client => client.QuitAsync()));
        return HistoryChecker.Check(_clients.Select(static client => HistoryLog.Read(client.Settings.LogFile)), _store.Current);
    }

    /// <summary>What is wrong, for a test's message; null when nothing is.</summary>
    public string? Complaint(HistoryResult result)
    {
        const int Shown = 20;
        IReadOnlyList<HistoryFinding> beyond = result.Beyond(_plan.Bound);
        return beyond.Count == 0 ? null : string.Join(
            '\n',
            [
                $"{beyond.Count} reads are staler than {_plan.Bound.TotalMilliseconds} ms (seed {_plan.Seed}). {result}",
                .. beyond.Take(Shown).Select(static finding => finding.ToString()),
                .. _clients.Select(static client => $"--- Client {client.Settings.Client} logged:\n{client.Log}"),
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HistoryClientProcess client in _clients)
            await client.DisposeAsync();
        _store.Dispose();
        _directory.Delete(recursive: true);
    }

    private Task TellAsync(string command) => Task.WhenAll(Living.Select(client => client.TellAsync(command)));

    private async Task AskAsync(string command, string answer)
    {
        await TellAsync(command);
        await HearAsync(answer);
    }

    // A client that the script kills while it is listened to has nothing more to say, and need not.
    private async Task<HistoryClientEvent[]> HearAsync(string what)
    {
        TimeSpan deadline = what == "done" ? Deadline + (_plan.Operations / (double)_plan.Pace * 10 * TimeSpan.FromSeconds(1)) : Deadline;
        HistoryClientEvent?[] heard = await Task.WhenAll(Living.ToArray().Select(async client =>
        {
            try
            {
                return await client.HearAsync(what, deadline);
            }
            catch (InvalidOperationException) when (client.IsKilled)
            {
                return null;
            }
        }));
        return [.. heard.OfType<HistoryClientEvent>()];
    }
}
