using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using CacheRing.DependencyInjection;
using CacheRing.Diagnostics;
using CacheRing.Writes;
using Microsoft.Extensions.Logging.Abstractions;

namespace CacheRing.Benchmarks.Micro;

/// <summary>
/// What a write-behind cache's queue costs a writer, for a write of a key that waits already and for one of a key that does
/// not; beside the least that one could do, an entry in a dictionary that nobody empties.
/// </summary>
public class WriteQueueBenchmarks
{
    private const int Writes = 100_000;

    private readonly string[] _keys = [.. Enumerable.Range(0, Writes).Select(static i => $"views:{i}")];
    private readonly byte[] _value = new byte[9];
    private readonly Meter _meter = new("benchmark");
    private WriteQueue<int, long> _queue = null!;

    [Params(100, Writes)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _queue = new WriteQueue<int, long>(
            WriteBehindFactory.SettingsOf("benchmark", new WriteBehindOptions()) with { FullTimeout = Timeout.InfiniteTimeSpan },
            new NoTarget(),
            TimeProvider.System,
            NullLogger.Instance,
            new WriteMeter(_meter, "", "benchmark", () => _queue.Status));
        _queue.Start();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _queue.DisposeAsync();
        _meter.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Writes)]
    public int Dictionary()
    {
        System.Collections.Concurrent.ConcurrentDictionary<int, PendingWrite<int, long>> pending = [];
        for (int i = 0; i < Writes; i++)
            pending[i % Keys] = Write(i);
        return pending.Count;
    }

    [Benchmark(OperationsPerInvoke = Writes)]
    public async Task Queue()
    {
        for (int i = 0; i < Writes; i++)
            await _queue.EnqueueAsync(Write(i), [], default);
    }

    private PendingWrite<int, long> Write(int i) => new(i % Keys, _keys[i % Keys], StoreWriteKind.Upsert, i, _value);

    private sealed class NoTarget : IWriteTarget<int, long>
    {
        public Task WriteAsync(IReadOnlyList<PendingWrite<int, long>> writes, CancellationToken cancellation) => Task.CompletedTask;

        public Task GiveUpAsync(PendingWrite<int, long> write, int attempts, Exception? error, CancellationToken cancellation) => Task.CompletedTask;
    }
}
