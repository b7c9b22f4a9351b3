using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using CacheRing.DependencyInjection;
using CacheRing.Diagnostics;
using CacheRing.Writes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CacheRing.Benchmarks.Studies;

/// <content>The queue of write-behind by itself: how fast it takes writes, and how many of them the store is spared.</content>
internal sealed partial class Study
{
    private const int Counters = 100_000;
    private const int AllWrites = 4_000_000;
    private const int Writers = 4;

    private int Writes => _settings.Many(AllWrites);

    private async Task QueueAsync()
    {
        Console.WriteLine($"\nWrite-behind in memory: {Writes:N0} writes by {Writers} writers");
        Console.WriteLine("                                                          writes/s   store writes   spared   batches   bytes -");
        int[] uniform = Picks(static random => random.Next(Counters));
        int[] zipf = Picks(Zipf(Counters));
        int[] few = Picks(Zipf(Counters / 10));
        WriteBehindOptions defaults = new();
        for (int round = 0; round < _settings.Rounds; round++)
        {
            await QueueAsync($"{Counters:N0} keys alike, instant store", uniform, defaults, TimeSpan.Zero);
            await QueueAsync($"Zipf(1.0), {Counters / 10:N0} keys, instant store", few, defaults, TimeSpan.Zero);
            await QueueAsync($"Zipf(1.0), {Counters:N0} keys, instant store", zipf, defaults, TimeSpan.Zero);
            await QueueAsync($"Zipf(1.0), {Counters:N0} keys, 5 ms a batch", zipf, defaults, TimeSpan.FromMilliseconds(5));
            await QueueAsync("the same, each full batch at once", zipf, new() { FlushAtPending = defaults.BatchSize }, TimeSpan.FromMilliseconds(5));
        }
    }

    private async Task QueueAsync(string title, int[] picks, WriteBehindOptions options, TimeSpan store)
    {
        using Meter meter = new("benchmark");
        CountingTarget target = new(store);
        WriteQueue<int, long>? queue = null;
        queue = new WriteQueue<int, long>(
            WriteBehindFactory.SettingsOf("benchmark", options) with { FullTimeout = Timeout.InfiniteTimeSpan },
            target,
            TimeProvider.System,
            NullLogger.Instance,
            new WriteMeter(meter, "", "benchmark", () => queue!.Status));
        queue.Start();
        string[] keys = [.. Enumerable.Range(0, Counters).Select(static i => $"views:{i}")];
        byte[] value = new byte[9];
        GC.Collect();
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        long begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int i = writer; i < Writes; i += Writers)
            {
                int key = picks[i];
                await queue.EnqueueAsync(new PendingWrite<int, long>(key, keys[key], StoreWriteKind.Upsert, i, value), [], default);
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await queue.FlushAsync(default);
        double allocated = (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / Writes;
        await queue.DisposeAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title,-50} {Writes / seconds,15:N0} {target.Writes,14:N0} {(double)Writes / target.Writes,7:N1}x {target.Batches,9:N0} {allocated,9:N0}"));
    }

    private int[] Picks(Func<Random, int> pick)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, Writes).Select(_ => pick(random))];
    }

    /// <summary>Ranks by Zipf's law with exponent 1: the n-th key is taken 1/n as often as the first.</summary>
    private static Func<Random, int> Zipf(int keys)
    {
        double[] sums = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++)
            sums[i] = sum += 1.0 / (i + 1);
        return random =>
        {
            int at = Array.BinarySearch(sums, random.NextDouble() * sum);
            return Math.Min(at < 0 ? ~at : at, keys - 1);
        };
    }

    /// <summary>A hit on a node through a read-through cache, beside the same hit by cache-aside.</summary>
    private async Task ThroughAsync()
    {
        ServiceCollection services = new();
        services.AddShardedCache(AddNodes)
            .AddShardedHybridCache()
            .AddReadThrough<string, string, ConstantLoader>("products")
            .AddWriteBehind<string, string, ConstantLoader>("views");
        string value = new('v', _settings.ValueBytes);
        services.AddSingleton(new ConstantLoader(value));
        await using ServiceProvider provider = services.BuildServiceProvider();
        ShardedHybridCache aside = provider.GetRequiredService<ShardedHybridCache>();
        IReadThroughCache<string, string> through = provider.GetRequiredKeyedService<IReadThroughCache<string, string>>("products");
        IReadThroughCache<string, string> behind = provider.GetRequiredKeyedService<IReadThroughCache<string, string>>("views");
        foreach (string key in _keys)
        {
            await aside.GetOrCreateAsync("aside:" + key, value, static (value, _) => ValueTask.FromResult(value));
            await through.GetAsync(key);
            await behind.GetAsync(key);
        }

        await StudyReport.RunAsync(
            "Hit on a node",
            _settings,
            [
                // Who caches by hand makes the key as well.
                new("cache-aside", async loop =>
                {
                    while (loop.Next())
                        await aside.GetOrCreateAsync("aside:" + _keys[loop.Key], value, static (value, _) => ValueTask.FromResult(value));
                }),
                new("read-through", async loop =>
                {
                    while (loop.Next())
                        await through.GetAsync(_keys[loop.Key]);
                }),
                new("write-behind", async loop =>
                {
                    while (loop.Next())
                        await behind.GetAsync(_keys[loop.Key]);
                }),
            ]);
    }

    private sealed class CountingTarget(TimeSpan store) : IWriteTarget<int, long>
    {
        private long _writes;
        private long _batches;

        public long Writes => _writes;

        public long Batches => _batches;

        public async Task WriteAsync(IReadOnlyList<PendingWrite<int, long>> writes, CancellationToken cancellation)
        {
            Interlocked.Add(ref _writes, writes.Count);
            Interlocked.Increment(ref _batches);
            if (store > TimeSpan.Zero)
                await Task.Delay(store, cancellation);
        }

        public Task GiveUpAsync(PendingWrite<int, long> write, int attempts, Exception? error, CancellationToken cancellation) => Task.CompletedTask;
    }

    private sealed class ConstantLoader(string value) : ICacheStore<string, string>
    {
        public ValueTask<CacheLookup<string>> LoadAsync(string key, CancellationToken cancellationToken) => new(value);

        public ValueTask WriteAsync(IReadOnlyList<StoreWrite<string, string>> writes, CancellationToken cancellationToken) => default;
    }
}
