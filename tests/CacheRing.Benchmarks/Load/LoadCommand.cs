using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Load;

/// <summary>
/// Starts servers, lets CacheRing and its peers take turns in short slices, so that whatever else the machine does meets all of
/// them alike, and prints what a call costs. A ratio is the median over the rounds of one slice beside the first contender's.
/// </summary>
internal static class LoadCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(LoadOptions options)
    {
        await using LoadContenders servers = await LoadContenders.StartAsync(options);
        IReadOnlyList<LoadContender> contenders = servers.Of(options.Peers);
        foreach (LoadContender contender in contenders)
            await LoadSlice.RunAsync(contender, options, TimeSpan.FromTicks(Math.Min(WarmUp.Ticks, options.Duration.Ticks)), seed: 0);

        List<LoadSample>[] samples = [.. contenders.Select(static _ => new List<LoadSample>())];
        for (int round = 0; round < options.Rounds; round++)
        {
            // By turns forwards and backwards: none is always behind the same one.
            for (int turn = 0; turn < contenders.Count; turn++)
            {
                int i = round % 2 == 0 ? turn : contenders.Count - 1 - turn;
                samples[i].Add(await LoadSlice.RunAsync(contenders[i], options, options.SliceLength, round + 1));
            }
        }

        Print(options, contenders, samples);
    }

    private static void Print(LoadOptions options, IReadOnlyList<LoadContender> contenders, List<LoadSample>[] samples)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{options.Nodes} {options.Kind} nodes, {options.Workers} workers, {options.Keys:N0} keys, values of {options.ValueBytes:N0} bytes, {options.ReadPercent}% reads; {options.Rounds} rounds of {options.SliceLength.TotalMilliseconds:N0} ms each"));
        for (int kind = 0; kind < 2; kind++)
        {
            bool reads = kind == 0;
            if (samples[0].Sum(sample => Of(sample, reads).Count) == 0)
                continue;
            Console.WriteLine($"\n{(reads ? "GET" : "SET"),-22}   calls/s   p50 us   p99 us  p99.9 us   x {contenders[0].Name} (10%-90% of rounds)");
            for (int i = 0; i < contenders.Count; i++)
            {
                LatencyHistogram all = new();
                foreach (LoadSample sample in samples[i])
                    all.Add(Of(sample, reads));
                double[] ratios = Ratios(samples[i], samples[0], sample => Of(sample, reads).Count / sample.Seconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{contenders[i].Name,-22} {all.Count / samples[i].Sum(static sample => sample.Seconds),9:N0} {Microseconds(all, 0.5),8:N0} {Microseconds(all, 0.99),8:N0} {Microseconds(all, 0.999),9:N0}   {Spread(ratios)}"));
            }
        }

        Console.WriteLine($"\nEach call of the client     CPU us   x (10%-90%)           bytes   x (10%-90%)");
        for (int i = 0; i < contenders.Count; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{contenders[i].Name,-22} {Cpu(samples[i]),11:N1}   {Spread(Ratios(samples[i], samples[0], static sample => sample.Cpu.TotalMicroseconds / sample.Calls)),-18} {Bytes(samples[i]),8:N0}   {Spread(Ratios(samples[i], samples[0], static sample => (double)sample.Bytes / sample.Calls))}"));
        }
    }

    private static LatencyHistogram Of(LoadSample sample, bool reads) => reads ? sample.Reads : sample.Writes;

    private static double Cpu(List<LoadSample> samples) =>
        samples.Sum(static sample => sample.Cpu.TotalMicroseconds) / samples.Sum(static sample => sample.Calls);

    private static double Bytes(List<LoadSample> samples) => (double)samples.Sum(static sample => sample.Bytes) / samples.Sum(static sample => sample.Calls);

    private static double Microseconds(LatencyHistogram all, double share) => all.Percentile(share) * 1e6 / Stopwatch.Frequency;

    private static double[] Ratios(List<LoadSample> own, List<LoadSample> first, Func<LoadSample, double> figure) =>
        [.. own.Zip(first, (own, first) => figure(own) / figure(first)).Order()];

    private static string Spread(double[] sorted) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sorted[sorted.Length / 2]:N2} ({sorted[sorted.Length / 10]:N2}-{sorted[(int)((sorted.Length - 1) * 0.9)]:N2})");
}
