using System.Diagnostics;
using System.Globalization;

namespace CacheRing.IntegrationTests.Packages;

/// <summary>A web app as a process of its own, on a port of its own.</summary>
internal sealed class WebAppProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly long _started;

    private WebAppProcess(Process process, HttpClient client, long started)
    {
        _process = process;
        _client = client;
        _started = started;
    }

    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    public static async Task<WebAppProcess> StartAsync(string assembly, IReadOnlyList<string> nodes)
    {
        // Port 0: the app chooses one that is free, and says which.
        ProcessStartInfo start = DotNet.Info(Path.GetDirectoryName(assembly)!, [assembly, "--urls", "http://127.0.0.1:0"]);
        SetNodes(start, nodes);
        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            int address = line.IndexOf("Now listening on: ", StringComparison.Ordinal);
            if (address < 0)
                continue;
            HttpClient client = new() { BaseAddress = new Uri(line[(address + "Now listening on: ".Length)..]) };
            _ = process.StandardOutput.ReadToEndAsync();
            return new WebAppProcess(process, client, started);
        }

        throw new InvalidOperationException("The app ended before it listened.");
    }

    /// <summary>Configures nodes as a person does who has no file for it: by the environment. A slow machine is no dead node.</summary>
    public static void SetNodes(ProcessStartInfo start, IReadOnlyList<string> endpoints)
    {
        start.Environment["ShardedCache__Failover__OperationTimeout"] = "00:00:10";
        start.Environment["ShardedCache__Failover__ConnectTimeout"] = "00:00:10";
        for (int i = 0; i < endpoints.Count; i++)
        {
            start.Environment[string.Create(CultureInfo.InvariantCulture, $"ShardedCache__Nodes__{i}__Name")] = $"cache-{i}";
            start.Environment[string.Create(CultureInfo.InvariantCulture, $"ShardedCache__Nodes__{i}__Endpoint")] = endpoints[i];
        }
    }

    public Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
