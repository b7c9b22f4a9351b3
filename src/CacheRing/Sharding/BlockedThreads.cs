namespace CacheRing.Sharding;

/// <summary>
/// Keeps the thread pool able to answer those who block it. A synchronous call on a thread of the pool waits for an answer that only
/// another thread of the pool can bring, and the pool adds threads for such callers a few a second: 100 of them wait for 20 seconds.
/// So the pool's minimum is raised, in steps, by as many threads as these calls hold at once, and lowered with them. The last step
/// stays, so that an app with few such calls does not move it up and down. Safe for any number of threads.
/// </summary>
internal static class BlockedThreads
{
    private const int Step = 16;

    // Whoever blocks more threads than this at once has another problem.
    private const int Most = 1024;

    private static readonly Lock Gate = new();
    private static int _blocked;
    private static volatile int _provided;

    /// <summary>How many threads the pool's minimum has been raised by.</summary>
    public static int Provided => _provided;

    /// <summary>This thread is about to be blocked.</summary>
    /// <returns>Whether it is one of the pool's; <see cref="Leave"/> then, when it goes on.</returns>
    public static bool Enter()
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
            return false;
        if (Interlocked.Increment(ref _blocked) > _provided)
            Provide();
        return true;
    }

    public static void Leave()
    {
        if (IsTooMany(Interlocked.Decrement(ref _blocked)))
            Provide();
    }

    // Not at each step down: they may be blocked again at once.
    private static bool IsTooMany(int blocked) => _provided > Step && blocked < _provided / 4;

    private static void Provide()
    {
        lock (Gate)
        {
            int blocked = Math.Clamp(Volatile.Read(ref _blocked), 1, Most);
            if (blocked <= _provided && !IsTooMany(blocked))
                return;

            // By the difference, so that what the app itself sets meanwhile counts.
            int provided = (blocked + Step - 1) / Step * Step;
            ThreadPool.GetMinThreads(out int workers, out int completions);
            ThreadPool.GetMaxThreads(out int most, out _);
            int minimum = Math.Clamp(workers + provided - _provided, 1, most);
            if (ThreadPool.SetMinThreads(minimum, completions))
                _provided += minimum - workers;
        }
    }
}
