namespace CacheRing.Failover;

/// <summary>
/// Makes calls wait for a node that is being made ready, while that is likely to succeed at once: when a cache connects for the
/// first time, and when a connection was lost and another is being made. It opens when the node serves, when an attempt has
/// failed, and in any case when its time is over. Looking at an open one is a volatile read.
/// </summary>
internal sealed class JoinGate
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private TaskCompletionSource _opened = new();
    private volatile Task _opening = Task.CompletedTask;

    public JoinGate(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>Ends when calls need not wait any more; the node may serve then, or not.</summary>
    public Task Opening => _opening;

    /// <summary>Calls wait from now on, for so long at most.</summary>
    public void Close(TimeSpan longest)
    {
        lock (_gate)
        {
            if (!_opening.IsCompleted)
                return;
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _opening = WaitAsync(_opened.Task, longest);
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            _opening = Task.CompletedTask;
            _opened.TrySetResult();
        }
    }

    private async Task WaitAsync(Task opened, TimeSpan longest) =>
        await opened.WaitAsync(longest, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
