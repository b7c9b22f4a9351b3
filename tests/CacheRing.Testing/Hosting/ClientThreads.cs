namespace CacheRing.Testing.Hosting;

/// <summary>
/// A client process reads its orders from standard input, which blocks a thread of the pool for as long as there is none: on a machine of
/// two processors half of what the pool has at once, and it takes half a second to add another.
/// </summary>
public static class ClientThreads
{
    private const int Enough = 16;

    /// <summary>Has the pool have enough threads from the start.</summary>
    public static void Provide()
    {
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Enough), ports);
    }
}
