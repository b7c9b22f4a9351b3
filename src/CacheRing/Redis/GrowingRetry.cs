using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// How long the driver waits between two attempts to connect: little at first, since a connection that was cut is mostly back at once, then
/// twice as long each time, up to a bound. It is asked on the driver's heartbeat, which is the least there is.
/// </summary>
internal sealed class GrowingRetry(int longestMilliseconds) : IReconnectRetryPolicy
{
    private const int ShortestMilliseconds = 10;
    private const int MostDoublings = 16;

    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry) =>
        timeElapsedMillisecondsSinceLastRetry >= Math.Min(longestMilliseconds, ShortestMilliseconds << (int)Math.Min(currentRetryCount, MostDoublings));
}
