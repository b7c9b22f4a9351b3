using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <content>GetOrCreate beside Microsoft's HybridCache and FusionCache: hits in the process, and hits on a node.</content>
internal sealed partial class Study
{
    private const int LocalKeys = 1000;
    private const int AllLocalHits = 2_000_000;

    private int LocalHits => _settings.Many(AllLocalHits);

    private async Task HybridAsync()
    {
        await using HybridContenders hybrid = new(_servers[0], _nodes.Endpoints[0], isLocal: false);
        string value = new('v', _settings.ValueBytes);
        foreach (string key in _keys)
        {
            await hybrid.OwnFromNodeAsync(key, value);
            await hybrid.MicrosoftFromNodeAsync(key, value);
            await hybrid.FusionFromNodeAsync(key, value);
        }

        await StudyReport.RunAsync(
            "GetOrCreate of a string, hit on a node",
            _settings,
            [
                new("HybridCache, RedisCache", async loop =>
                {
                    while (loop.Next())
                        await hybrid.MicrosoftFromNodeAsync(_keys[loop.Key], value);
                }),
                new("CacheRing", async loop =>
                {
                    while (loop.Next())
                        await hybrid.OwnFromNodeAsync(_keys[loop.Key], value);
                }),
                new("FusionCache, RedisCache", async loop =>
                {
                    while (loop.Next())
                        await hybrid.FusionFromNodeAsync(_keys[loop.Key], value);
                }),
            ]);
    }

    private async Task LocalAsync()
    {
        await using HybridContenders hybrid = new(_servers[0], _nodes.Endpoints[0], isLocal: true);
        string value = new('v', _settings.ValueBytes);
        TimeSpan deadline = TimeSpan.FromSeconds(10);
        long begun = Stopwatch.GetTimestamp();
        string[] keys = _keys[..LocalKeys];

        // Until the node's messages are heard nothing is kept.
        while (Stopwatch.GetElapsedTime(begun) < deadline && !hybrid.Own.GetOrCreateAsync(keys[0], value, static (value, _) => ValueTask.FromResult(value)).AsTask().IsCompleted)
            await Task.Delay(10);
        foreach (string key in keys)
        {
            await hybrid.Own.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value));
            await hybrid.Microsoft.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value));
            await hybrid.Fusion.GetOrSetAsync<string>(key, value);
        }

        (string Name, Func<string, ValueTask<string>> Get)[] contenders =
        [
            ("HybridCache", key => hybrid.Microsoft.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value))),
            ("CacheRing", key => hybrid.Own.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value))),
            ("FusionCache", key => hybrid.Fusion.GetOrSetAsync<string>(key, value)),
        ];
        double[][] samples = [.. contenders.Select(static _ => new double[9])];
        double[] bytes = new double[contenders.Length];
        for (int round = -2; round < 9; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                (double ns, double allocated) = await TimeHitsAsync(contenders[i].Get, keys);
                if (round >= 0)
                    (samples[i][round], bytes[i]) = (ns, allocated);
            }
        }

        Console.WriteLine("\nGetOrCreate of a string, hit in the process (ns, bytes a call; one thread)");
        for (int i = 0; i < contenders.Length; i++)
        {
            double[] ratios = [.. samples[i].Zip(samples[0], static (own, first) => own / first).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{contenders[i].Name,-14} {samples[i].Order().ElementAt(4),8:N1} ns  {bytes[i],6:N1} B   x {ratios[4]:N2} ({ratios[0]:N2}-{ratios[^1]:N2})"));
        }
    }

    private async Task<(double Nanoseconds, double Bytes)> TimeHitsAsync(Func<string, ValueTask<string>> get, string[] keys)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < LocalHits; i++)
        {
            ValueTask<string> hit = get(keys[i % keys.Length]);
            if (!hit.IsCompletedSuccessfully)
                await hit;
        }

        return (Stopwatch.GetElapsedTime(begun).TotalNanoseconds / LocalHits, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / LocalHits);
    }
}
