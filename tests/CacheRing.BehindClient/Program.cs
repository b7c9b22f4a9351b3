using System.Text.Json;
using CacheRing.Testing.Behind;
using CacheRing.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CacheRing.BehindClient;

/// <summary>
/// Writes ever greater versions of keys through a write-behind cache, and notes each that was acknowledged. It says a line when
/// it is at work, and one when it was told to flush and has; at the end of its input it ends in good order.
/// </summary>
internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        ClientThreads.Provide();
        BehindClientSettings settings = JsonSerializer.Deserialize<BehindClientSettings>(await File.ReadAllTextAsync(arguments[0]))!;
        using AcknowledgedVersions acknowledged = AcknowledgedVersions.Open(settings.Acknowledged, settings.Keys);
        SqliteStore.Create(settings);
        using IHost host = Build(settings, acknowledged);
        await host.StartAsync();
        IWriteBehindCache<int, long> cache = host.Services.GetRequiredService<IWriteBehindCache<int, long>>();
        using CancellationTokenSource stop = new();
        Task[] workers = [.. Enumerable.Range(0, settings.Workers).Select(worker => Task.Run(() => WorkAsync(worker, settings, cache, acknowledged, stop.Token)))];
        Console.Out.WriteLine("at work");
        while (await Console.In.ReadLineAsync() is not null)
        {
            await stop.CancelAsync();
            await Task.WhenAll(workers);
            await cache.FlushAsync();
            Console.Out.WriteLine("flushed");
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        await host.StopAsync();
    }

    private static async Task WorkAsync(int worker, BehindClientSettings settings, IWriteBehindCache<int, long> cache, AcknowledgedVersions acknowledged, CancellationToken stop)
    {
        // A key has one writer, which knows what it has written.
        Random random = new(worker);
        int own = settings.Keys / settings.Workers;
        while (!stop.IsCancellationRequested)
        {
            int key = (random.Next(own) * settings.Workers) + worker;
            long least = acknowledged.Of(key);
            long version = (await cache.GetAsync(key, CancellationToken.None)).ValueOrDefault;
            if (version < least)
                acknowledged.NoteStaleRead();
            version = Math.Max(version, least) + 1;
            await cache.SetAsync(key, version, CancellationToken.None);
            acknowledged.Note(key, version);
        }
    }

    private static IHost Build(BehindClientSettings settings, AcknowledgedVersions acknowledged)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddProvider(new UntoldLog(acknowledged));

        // At Debug no event is left out.
        builder.Logging.AddFilter<UntoldLog>("CacheRing", LogLevel.Debug);
        builder.Services.AddSingleton(settings);
        builder.Services
            .AddShardedCache(options =>
            {
                options.InstanceName = "b:";
                foreach (string endpoint in settings.Endpoints)
                    options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
            })
            .AddWriteBehind<int, long, SqliteStore>("rows", options =>
            {
                options.BatchDelay = TimeSpan.FromMilliseconds(50);
                options.BatchSize = 50;
                if (settings.Journal is not null)
                    options.UseJournal(settings.Journal);
            });
        return builder.Build();
    }
}
