using System.Diagnostics;
using CacheRing.Testing.History;

namespace CacheRing.HistoryClient;

/// <summary>All workers of a client, at the pace that was asked for.</summary>
internal sealed class Workforce
{
    private readonly HistoryClientSettings _settings;
    private readonly Worker[] _workers;

    public Workforce(HistoryClientSettings settings, RecordedCache cache)
    {
        _settings = settings;
        _workers = [.. Enumerable.Range(0, settings.Workers).Select(
            worker => new Worker(cache, Calls, KeysOf(worker), settings.Keys, (settings.Seed * 10_007) + (settings.Client * 101) + worker))];
    }

    public CallTimes Calls { get; } = new();

    public Task RunAsync() => Task.WhenAll(_workers.Select(worker => Task.Run(() => RunAsync(worker))));

    private async Task RunAsync(Worker worker)
    {
        int operations = _settings.Operations / _workers.Length;
        double ticksEach = (double)Stopwatch.Frequency * _workers.Length / _settings.Pace;
        long due = Stopwatch.GetTimestamp();
        for (int done = 0; done < operations;)
        {
            int count = await worker.StepAsync();
            done += count;
            due += (long)(count * ticksEach);

            // Who was held up goes on at the pace, and does not make up for it in a rush.
            long now = Stopwatch.GetTimestamp();
            if (due > now)
                await Task.Delay(Stopwatch.GetElapsedTime(now, due));
            else
                due = Math.Max(due, now - (Stopwatch.Frequency / 50));
        }
    }

    // Each key has one writer in the whole run.
    private int[] KeysOf(int worker) =>
        [.. Enumerable.Range(0, _settings.Keys).Where(
            key => key % _settings.Clients == _settings.Client && key / _settings.Clients % _settings.Workers == worker)];
}
