using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks;

/// <content>Early refresh: one much-read key, two instances, a load of 50 ms; how many reads wait, and how many loads there are.</content>
internal sealed partial class LoadBench
{
    private static readonly TimeSpan LoadTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private async Task RefreshAsync()
    {
        const int Instances = 2;
        const int Cycles = 2;
        const int ReadersOfInstance = 10;
        ServiceProvider[] apps = [.. Enumerable.Range(0, Instances).Select(_ => new ServiceCollection()
            .AddShardedCache(AddNodes)
            .AddShardedHybridCache(static options => options.DefaultEntryOptions = new() { Expiration = Life, EarlyRefreshBeta = 1 })
            .Services.BuildServiceProvider())];
        int loads = 0;
        int waited = 0;
        long reads = 0;
        Stopwatch watch = Stopwatch.StartNew();
        await ReadAsync(apps[0]);
        waited = 0;
        await Task.WhenAll(apps.SelectMany(app => Enumerable.Range(0, ReadersOfInstance).Select(_ => ReadersAsync(app))));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nEarly refresh, {Life.TotalSeconds:N0} s life, load {LoadTime.TotalMilliseconds:N0} ms, beta 1: {reads / watch.Elapsed.TotalSeconds:N0} reads/s by {Instances} instances for {watch.Elapsed.TotalSeconds:N0} s; {loads - 1} loads after the first, {waited} reads waited for one"));
        foreach (ServiceProvider app in apps)
            await app.DisposeAsync();

        async Task ReadersAsync(ServiceProvider app)
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
            while (watch.Elapsed < (Cycles + 0.5) * Life && await timer.WaitForNextTickAsync())
                await ReadAsync(app);
        }

        async Task ReadAsync(ServiceProvider app)
        {
            long begun = Stopwatch.GetTimestamp();
            await app.GetRequiredService<ShardedHybridCache>().GetOrCreateAsync("hot", async token =>
            {
                Interlocked.Increment(ref loads);
                await Task.Delay(LoadTime, token);
                return "value";
            });
            Interlocked.Increment(ref reads);
            if (Stopwatch.GetElapsedTime(begun) > LoadTime * 0.8)
                Interlocked.Increment(ref waited);
        }
    }
}
