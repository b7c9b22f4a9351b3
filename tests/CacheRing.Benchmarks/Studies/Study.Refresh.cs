using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks.Studies;

/// <content>Early refresh: one much-read key, two instances, a load of 50 ms; how many reads wait, and how many loads there are.</content>
internal sealed partial class Study
{
    private static readonly TimeSpan LoadTime = TimeSpan.FromMilliseconds(50);

    private async Task RefreshAsync()
    {
        const int Instances = 2;
        const int Cycles = 2;
        const int ReadersOfInstance = 10;
        TimeSpan life = _settings.Long(60);
        ServiceProvider[] apps = [.. Enumerable.Range(0, Instances).Select(_ => new ServiceCollection()
            .AddShardedCache(options =>
            {
                AddNodes(options);

                // It is the scheme that is looked at, and not whether the machine has time.
                options.Failover.OperationTimeout = TimeSpan.FromSeconds(5);
            })
            .AddShardedHybridCache(options => options.DefaultEntryOptions = new() { Expiration = life, EarlyRefreshBeta = 1 })
            .Services.BuildServiceProvider())];
        int loads = 0;
        long reads = 0;
        long waited = 0;
        long refreshed = 0;
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "cachering.hybrid.requests")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            string? outcome = tags[1].Value as string;
            if (outcome == "loaded")
                Interlocked.Add(ref waited, count);
            else if (outcome == "refreshed")
                Interlocked.Add(ref refreshed, count);
        });
        listener.Start();
        Stopwatch watch = Stopwatch.StartNew();
        await ReadAsync(apps[0]);
        (loads, waited) = (0, 0);
        await Task.WhenAll(apps.SelectMany(app => Enumerable.Range(0, ReadersOfInstance).Select(_ => ReadersAsync(app))));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nEarly refresh, {life.TotalSeconds:N0} s life, load {LoadTime.TotalMilliseconds:N0} ms, beta 1: {reads / watch.Elapsed.TotalSeconds:N0} reads/s by {Instances} instances for {watch.Elapsed.TotalSeconds:N0} s; {loads} loads after the first, of them {refreshed} in the background and {waited} of an expired value"));
        foreach (ServiceProvider app in apps)
            await app.DisposeAsync();

        async Task ReadersAsync(ServiceProvider app)
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
            while (watch.Elapsed < (Cycles + 0.5) * life && await timer.WaitForNextTickAsync())
                await ReadAsync(app);
        }

        async Task ReadAsync(ServiceProvider app)
        {
            await app.GetRequiredService<ShardedHybridCache>().GetOrCreateAsync("hot", async token =>
            {
                Interlocked.Increment(ref loads);
                await Task.Delay(LoadTime, token);
                return "value";
            });
            Interlocked.Increment(ref reads);
        }
    }
}
