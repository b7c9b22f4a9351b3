using System.Diagnostics;

namespace CacheRing.Testing;

/// <summary>Waits for a condition instead of for a time: returns as soon as it holds, and names what was awaited when it never does.</summary>
public static class Poll
{
    /// <summary>How long <see cref="UntilAsync(Func{bool}, string, TimeSpan?, CancellationToken)"/> waits unless told otherwise.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    // Short beside the 10-60 ms a server takes to start, long beside the cost of asking it.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Returns once <paramref name="condition"/> holds; throws <see cref="TimeoutException"/> with <paramref name="what"/> after the deadline.</summary>
    public static Task UntilAsync(
        Func<bool> condition, string what, TimeSpan? deadline = null, CancellationToken cancellationToken = default) =>
        UntilAsync(() => Task.FromResult(condition()), what, deadline, cancellationToken);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, TimeSpan?, CancellationToken)"/>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, string what, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = limit - Stopwatch.GetElapsedTime(started);
            var answer = condition();

            // A condition that hangs (it may ask a frozen server) must not outlive the deadline.
            await Task.WhenAny(answer, Task.Delay(left > Interval ? left : Interval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (answer.IsCompleted && await answer)
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(started) >= limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.###} s for: {what}.");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }
}
