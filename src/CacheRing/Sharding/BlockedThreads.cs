namespace CacheRing.Sharding;

/// <summary>
/// Keeps the thread pool able to answer those who block it. A synchronous call on a thread of the pool waits for an answer that only
/// another thread of the pool can bring; the pool adds threads for such callers one by one, seconds apart from what they need. So its
/// minimum is raised, in steps, to what it was and as many as are blocked at once. It is not lowered again: threads that are not needed
/// end by themselves. Safe for any number of threads.
/// </summary>
internal static class BlockedThreads
{
    private const int Step = 16;

    // Whoever blocks more threads than this at once has another problem.
    private const int Most = 1024;

    private static readonly Lock Gate = new();
    private static int _blocked;
    private static int _provided;
    private static int _minimum;

    /// <summary>A thread is about to be blocked; <see cref="Leave"/> when it goes on.</summary>
    public static void Enter()
    {
        int blocked = Interlocked.Increment(ref _blocked);
        if (blocked > Volatile.Read(ref _provided) && blocked <= Most && Thread.CurrentThread.IsThreadPoolThread)
            Provide(blocked);
    }

    public static void Leave() => Interlocked.Decrement(ref _blocked);

    private static void Provide(int blocked)
    {
        lock (Gate)
        {
            if (blocked <= _provided)
                return;
            ThreadPool.GetMinThreads(out int workers, out int completions);
            if (_provided == 0)
                _minimum = workers;
            int provided = blocked + Step - (blocked % Step);
            if (_minimum + provided > workers)
                ThreadPool.SetMinThreads(_minimum + provided, completions);
            Volatile.Write(ref _provided, provided);
        }
    }
}
