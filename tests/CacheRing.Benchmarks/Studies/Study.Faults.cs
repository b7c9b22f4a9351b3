using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <content>What a dead or hanging node costs the callers of its keys, and those of the others.</content>
internal sealed partial class Study
{
    private Task DeadAsync() => FaultAsync("killed", static server => server.KillAsync(), static server => server.RestartAsync());

    private Task FrozenAsync() => FaultAsync(
        "stopped (SIGSTOP)",
        static server =>
        {
            server.Suspend();
            return Task.CompletedTask;
        },
        static server =>
        {
            server.Resume();
            return Task.CompletedTask;
        });

    private async Task FaultAsync(
        string title, Func<LoadServer, Task> breakAsync, Func<LoadServer, Task> mendAsync)
    {
        string[] victims = [.. _keys.Where(key => _cache.Locate(key).Owner == "cache-1")];
        string[] others = [.. _keys.Where(key => _cache.Locate(key).Owner != "cache-1")];

        Console.WriteLine($"\nOne node of three {title} (ms a call, 16 workers, 3 s each)");
        Print("other nodes' keys, before", await TimeAsync(others));
        await breakAsync(_nodes.First);
        Task<double> ejection = EjectionAsync();
        Print("its keys, first second", await TimeAsync(victims, seconds: 1, paced: true));
        double ejected = await ejection;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ejected after {ejected:N0} ms"));
        Task<double[]> during = TimeAsync(victims, paced: true);
        Print("other nodes' keys, during", await TimeAsync(others));
        Print("its keys, during", await during);
        await mendAsync(_nodes.First);
        Stopwatch back = Stopwatch.StartNew();
        while (back.Elapsed < TimeSpan.FromSeconds(10) && !await WorksAsync(victims[0]))
            await Task.Delay(10);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  serves again after {back.Elapsed.TotalMilliseconds:N0} ms"));
    }

    private async Task<double> EjectionAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(10) && _cache.GetNodes()[0].Health is NodeHealth.Healthy or NodeHealth.Suspect)
            await Task.Delay(1);
        return watch.Elapsed.TotalMilliseconds;
    }

    private async Task<bool> WorksAsync(string key)
    {
        await _cache.SetAsync(key, _value, new());
        return await _cache.GetAsync(key) is not null;
    }

    private async Task<double[]> TimeAsync(string[] keys, double seconds = 3, bool paced = false)
    {
        Stopwatch watch = Stopwatch.StartNew();
        double[][] all = await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            List<double> times = [];
            for (int i = worker; watch.Elapsed < _settings.Long(seconds); i += 16)
            {
                long begun = Stopwatch.GetTimestamp();
                await _cache.GetAsync(keys[i % keys.Length]);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);

                // A call that fails at once does so on this thread: without a pause, as a request's other work is one, the
                // loop would keep the thread from everyone else.
                if (paced)
                    await Task.Delay(1);
            }

            return times.ToArray();
        }));
        return [.. all.SelectMany(static times => times).Order()];
    }

    private static void Print(string title, double[] sorted) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {title,-28} calls {sorted.Length,9:N0}   p50 {sorted[sorted.Length / 2],8:N2}   p99 {sorted[(int)(sorted.Length * 0.99)],8:N2}   max {sorted[^1],8:N2}"));
}
