using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <summary>Runs contenders in turns, round by round, and prints what each call cost beside the first contender.</summary>
internal static class StudyReport
{
    public static async Task RunAsync(string title, StudySettings settings, IReadOnlyList<Contender> contenders)
    {
        foreach (Contender contender in contenders)
            await SliceAsync(contender, settings, TimeSpan.FromSeconds(1));

        List<Sample>[] samples = [.. contenders.Select(static _ => new List<Sample>())];
        for (int round = 0; round < settings.Rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
                samples[i].Add(await SliceAsync(contenders[i], settings, settings.Slice));
        }

        Console.WriteLine($"\n{title}");
        Console.WriteLine("                              calls/s   CPU us   bytes    p50 us   p99 us   | x calls/s (min-max)   x CPU   bytes -");
        for (int i = 0; i < contenders.Count; i++)
        {
            double[] ratios = [.. samples[i].Zip(samples[0], static (own, first) => own.PerSecond / first.PerSecond)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{contenders[i].Name,-26} {Median(samples[i], s => s.PerSecond),10:N0} {Median(samples[i], s => s.Cpu),8:N1} {Median(samples[i], s => s.Bytes),7:N0} {Median(samples[i], s => s.P50),9:N0} {Median(samples[i], s => s.P99),8:N0}   | {Median(ratios):N2} ({ratios.Min():N2}-{ratios.Max():N2})   {Median(samples[i], s => s.Cpu) / Median(samples[0], s => s.Cpu),12:N2} {Median(samples[i], s => s.Bytes) - Median(samples[0], s => s.Bytes),8:N0}"));
        }
    }

    private static async Task<Sample> SliceAsync(Contender contender, StudySettings settings, TimeSpan length)
    {
        GC.Collect();
        Stopwatch watch = Stopwatch.StartNew();
        StudyLoop[] loops = [.. Enumerable.Range(0, settings.Workers).Select(worker => new StudyLoop(watch, length, worker))];
        using Process process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan begun = watch.Elapsed;

        await Task.WhenAll(loops.Select(contender.WorkAsync));

        double seconds = (watch.Elapsed - begun).TotalSeconds;
        process.Refresh();
        double count = loops.Sum(static loop => loop.Count);
        double[] latencies = [.. loops.SelectMany(static loop => loop.Microseconds).Order()];
        return new Sample(
            count / seconds,
            (process.TotalProcessorTime - cpu).TotalMicroseconds / count,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / count,
            latencies[latencies.Length / 2],
            latencies[(int)(latencies.Length * 0.99)]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double Median(List<Sample> samples, Func<Sample, double> figure) => Median(samples.Select(figure));

    private sealed record Sample(double PerSecond, double Cpu, double Bytes, double P50, double P99);
}
