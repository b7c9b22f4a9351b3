using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// What a multiplexer of the user's shows of its server. Its socket cannot be looked at, so that the driver's counters must do; they
/// move only when a thread of the pool reads answers, and while the pool is late nothing can be told.
/// </summary>
internal sealed class ForeignPulse
{
    private volatile bool _poolRuns = true;

    public ConnectionSigns Read(int epoch, ConnectionCounters counters, bool isAwaiting)
    {
        bool isLate = !_poolRuns;
        _poolRuns = false;
        ThreadPool.UnsafeQueueUserWorkItem(static pulse => pulse._poolRuns = true, this, preferLocal: false);

        long handed = counters.OperationCount - counters.PendingUnsentItems;
        return new ConnectionSigns(
            epoch, handed - counters.SentItemsAwaitingResponse, HasUnread: isLate, handed, Acknowledged: handed, IsSending: false, isAwaiting, RoundTrip: default);
    }
}
