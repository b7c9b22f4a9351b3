using System.Diagnostics;

namespace CacheRing.Benchmarks.Load;

/// <summary>A contender's turn: as many workers as asked for, one call each at a time, until the time is over.</summary>
internal static class LoadSlice
{
    public static async Task<LoadSample> RunAsync(LoadContender contender, LoadOptions options, TimeSpan length, int seed)
    {
        GC.Collect();
        using Process process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        Stopwatch watch = Stopwatch.StartNew();
        Worker[] workers = [.. Enumerable.Range(0, options.Workers).Select(worker => new Worker(new Random(seed * 1000 + worker)))];
        await Task.WhenAll(workers.Select(worker => worker.RunAsync(contender, options, watch, length)));
        double seconds = watch.Elapsed.TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        process.Refresh();
        LoadSample sample = new(seconds, process.TotalProcessorTime - cpu, allocated, new LatencyHistogram(), new LatencyHistogram());
        foreach (Worker worker in workers)
        {
            sample.Reads.Add(worker.Reads);
            sample.Writes.Add(worker.Writes);
        }

        return sample;
    }

    private sealed class Worker(Random random)
    {
        public LatencyHistogram Reads { get; } = new();

        public LatencyHistogram Writes { get; } = new();

        public async Task RunAsync(LoadContender contender, LoadOptions options, Stopwatch watch, TimeSpan length)
        {
            while (watch.Elapsed < length)
            {
                int key = random.Next(options.Keys);
                bool reads = random.Next(100) < options.ReadPercent;
                long begun = Stopwatch.GetTimestamp();
                await (reads ? contender.ReadAsync(key) : contender.WriteAsync(key));
                (reads ? Reads : Writes).Add(Stopwatch.GetTimestamp() - begun);
            }
        }
    }
}

/// <summary>What a slice, or several of them together, gave. Durations are in ticks of the stopwatch.</summary>
internal sealed record LoadSample(double Seconds, TimeSpan Cpu, long Bytes, LatencyHistogram Reads, LatencyHistogram Writes)
{
    public long Calls => Reads.Count + Writes.Count;
}
