using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <content>
/// A healthy cache under load: how many of its values go to the database all the same. Nothing fails in any of these, but a connection
/// that is cut in one; so that each load of a value that is cached is one too many.
/// </content>
internal sealed partial class Study
{
    private const int StormKeys = 1000;
    private const double LineBytesPerSecond = 10 * 1024 * 1024;

    private async Task StormAsync()
    {
        Console.WriteLine("\nA storm on healthy servers: loads of values that are cached, nodes that were given up, longest call");
        await using (StormContender own = StormContender.Own(_nodes.Endpoints, hasLines: false))
        await using (StormContender peer = StormContender.Microsoft(_servers[0], hasLines: false))
        {
            foreach (StormContender contender in (StormContender[])[own, peer])
            {
                await BusyAsync(contender);
                await ColdAsync(contender);
            }

            await LargeBatchAsync(own);
        }

        await using (StormContender own = StormContender.Own(_nodes.Endpoints, hasLines: true))
        await using (StormContender peer = StormContender.Microsoft(_servers[0], hasLines: true))
        {
            foreach (StormContender contender in (StormContender[])[own, peer])
            {
                await SlowLineAsync(contender);
                await CutAsync(contender);
            }
        }
    }

    private async Task BusyAsync(StormContender contender)
    {
        string[] keys = await contender.WarmAsync("busy", StormKeys, 1024);
        await contender.ReportAsync("400 requests with 2 ms of CPU each", () => Task.WhenAll(Enumerable.Range(0, 400).Select(async caller =>
        {
            for (int i = 0; i < _settings.Many(50) + 1; i++)
            {
                await contender.GetAsync(keys[((caller * 7) + i) % keys.Length]);
                long begun = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 2)
                    Thread.SpinWait(50);
            }
        })));
    }

    private async Task ColdAsync(StormContender contender)
    {
        string[] keys = [.. Enumerable.Range(0, _settings.Many(20_000)).Select(static i => $"cold-{i}")];
        await contender.ReportAsync(
            string.Create(CultureInfo.InvariantCulture, $"{keys.Length:N0} cold keys awaited together"),
            () => Task.WhenAll(keys.Select(contender.GetAsync)),
            expectedLoads: keys.Length);
        await contender.ReportAsync("the same, now warm", () => Task.WhenAll(keys.Select(contender.GetAsync)));
    }

    private async Task SlowLineAsync(StormContender contender)
    {
        string[] keys = await contender.WarmAsync("small", StormKeys, 1024);
        string[] large = await contender.WarmAsync("large", 3, _settings.Memcached ? 900_000 : 8 * 1024 * 1024);
        contender.Slow(LineBytesPerSecond);
        await contender.ReportAsync("large values on a line of 10 MiB/s, and small keys beside them", async () =>
        {
            using CancellationTokenSource done = new();
            Task small = Task.WhenAll(Enumerable.Range(0, 8).Select(async reader =>
            {
                for (int i = reader; !done.IsCancellationRequested; i++)
                    await contender.GetAsync(keys[i % keys.Length]);
            }));
            foreach (string key in large)
                await contender.GetAsync(key);
            await done.CancelAsync();
            await small;
        });
        contender.Heal();
    }

    private async Task CutAsync(StormContender contender)
    {
        string[] keys = await contender.WarmAsync("cut", StormKeys, 1024);
        await contender.ReportAsync("every connection cut once, under load", async () =>
        {
            using CancellationTokenSource done = new();
            Task reading = Task.WhenAll(Enumerable.Range(0, 64).Select(async reader =>
            {
                for (int i = reader; !done.IsCancellationRequested; i++)
                    await contender.GetAsync(keys[i % keys.Length]);
            }));
            await Task.Delay(_settings.Long(1));
            contender.Cut();
            await Task.Delay(_settings.Long(2));
            await done.CancelAsync();
            await reading;
        });
    }

    private async Task LargeBatchAsync(StormContender own)
    {
        int count = _settings.Many(100_000);
        byte[] value = new byte[2000];
        string[] unrelated = await own.WarmAsync("unrelated", StormKeys, 1024);
        await own.ReportAsync(string.Create(CultureInfo.InvariantCulture, $"a batch of {count:N0} keys of 2,000 bytes"), async () =>
        {
            KeyValuePair<string, byte[]>[] entries = [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"batch-{i}", value))];
            int unwritten = (await own.Cache!.SetManyAsync(entries, new())).Unavailable.Count;
            CacheBatch read = await own.Cache!.GetManyAsync(entries.Select(static entry => entry.Key));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {"",-22} not written {unwritten:N0}, not read {count - read.Count:N0}, queued {own.Cache!.GetNodes().Sum(static node => node.QueuedKeys):N0}"));
            await Task.WhenAll(unrelated.Select(own.GetAsync));
        });
    }
}
