namespace CacheRing.Writes;

/// <summary>Waits until nothing is pending of what the lines of several keys had at some moment. Safe for any number of threads.</summary>
internal sealed class FlushWait
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for who is still adding.
    private int _left = 1;

    public Task Task => _done.Task;

    public void Add() => Interlocked.Increment(ref _left);

    /// <summary>One of those that were added is done; or all were added.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _left) == 0)
            _done.TrySetResult();
    }
}
