using System.Diagnostics;
using CacheRing.Testing.Loads;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.LoadClient;

/// <summary>Callers who want the same key at the same moment. What is loaded is another value each time.</summary>
internal sealed class Callers(HybridCache cache, LoadBoard board, int client)
{
    public async Task<LoadAnswer> CallAsync(CallOrder order)
    {
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<long>[] calls = [.. Enumerable.Range(0, order.Callers).Select(_ => CallAsync(order, go.Task))];
        if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), order.At) is var left && left > TimeSpan.Zero)
            await Task.Delay(left);
        go.SetResult();
        long[] values = await Task.WhenAll(calls);
        return new LoadAnswer { Reads = values.Length, Values = [.. values.Distinct()] };
    }

    private async Task<long> CallAsync(CallOrder order, Task go)
    {
        await go;
        board.Called(order.Key);
        return await cache.GetOrCreateAsync(Database.NameOf(order.Key), token => LoadAsync(order, token));
    }

    private async ValueTask<long> LoadAsync(CallOrder order, CancellationToken cancellation)
    {
        long number = board.Begun(order.Key);
        await Task.Delay(order.LoadMilliseconds == CallOrder.ForEver ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(order.LoadMilliseconds), cancellation);
        return (client * 1_000_000L) + number;
    }
}
