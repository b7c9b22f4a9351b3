using System.Text.Json;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.Loads;

/// <summary>A client with a hybrid cache, as a process of its own. It obeys one order at a time.</summary>
public sealed class LoadClientProcess : IAsyncDisposable
{
    private const string Program = "CacheRing.LoadClient.dll";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly ClientProcess _process;
    private readonly string _name;

    private LoadClientProcess(string name, ClientProcess process)
    {
        _name = name;
        _process = process;
    }

    /// <summary>Starts a client and returns when it is connected to all nodes.</summary>
    public static async Task<LoadClientProcess> StartAsync(LoadClientSettings settings)
    {
        await File.WriteAllTextAsync(settings.File, JsonSerializer.Serialize(settings));
        string name = FormattableString.Invariant($"Client {settings.Client}");
        LoadClientProcess client = new(name, await ClientProcess.StartAsync(name, Program, settings.File));
        try
        {
            await client.HearAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has callers call, and does not wait for them.</summary>
    public Task TellAsync(CallOrder order) => _process.TellAsync("call " + JsonSerializer.Serialize(order));

    public async Task<LoadAnswer> AskAsync(CallOrder order)
    {
        await TellAsync(order);
        return await HearAsync();
    }

    public async Task<LoadAnswer> AskAsync(MixOrder order)
    {
        await _process.TellAsync("mix " + JsonSerializer.Serialize(order));
        return await HearAsync();
    }

    /// <summary>Ends its input, at which it must end in good order.</summary>
    public Task EndAsync() => _process.EndAsync();

    /// <summary>Ends the process as a crash would.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<LoadAnswer> HearAsync()
    {
        string? line;
        try
        {
            line = await _process.HearAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{_name} did not answer within {Deadline.TotalSeconds} s. It logged:\n{_process.Log}", timeout);
        }

        if (line is null)
            throw new InvalidOperationException($"{_name} has ended. It logged:\n{_process.Log}");
        LoadAnswer answer = JsonSerializer.Deserialize<LoadAnswer>(line)!;
        return answer.Failure is { } failure
            ? throw new InvalidOperationException($"{_name} has failed: {failure} It logged:\n{_process.Log}")
            : answer;
    }
}
