namespace CacheRing.Writes;

/// <summary>
/// Wakes all who wait. Take <see cref="Next"/> first, then look whether there is something to do, and wait if there is not: a
/// signal in between is not missed. Safe for any number of threads.
/// </summary>
internal sealed class Signal
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends at the next signal.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Set() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
