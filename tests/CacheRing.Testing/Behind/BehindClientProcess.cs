using System.Text.Json;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.Behind;

/// <summary>A client that writes through a write-behind cache into SQLite, as a process of its own that can be killed.</summary>
public sealed class BehindClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly ClientProcess _process;

    private BehindClientProcess(ClientProcess process) => _process = process;

    /// <summary>Starts it, and returns when its cache is open and its writers are at work.</summary>
    public static async Task<BehindClientProcess> StartAsync(BehindClientSettings settings)
    {
        string file = settings.Acknowledged + ".json";
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        BehindClientProcess client = new(await ClientProcess.StartAsync("The client", "CacheRing.BehindClient.dll", file));
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

    /// <summary>Has its writers stop and all of it be written.</summary>
    public async Task FlushAsync()
    {
        await _process.TellAsync("flush");
        await HearAsync();
    }

    /// <summary>Ends it in good order.</summary>
    public Task EndAsync() => _process.EndAsync();

    /// <summary>Ends it as a crash would.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task HearAsync()
    {
        if (await _process.HearAsync().WaitAsync(Deadline) is null)
            throw new InvalidOperationException($"The client has ended. It logged:\n{_process.Log}");
    }
}
