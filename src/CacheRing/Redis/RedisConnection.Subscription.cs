using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>The connection on which messages come. The driver makes it when somebody first subscribes, and again when it is lost.</content>
internal sealed partial class RedisConnection
{
    private volatile Action _onSubscriptionTouched = static () => { };

    /// <summary>Null until a multiplexer is there.</summary>
    public ISubscriber? Subscriber => _database?.Multiplexer.GetSubscriber();

    /// <summary>
    /// The number of the connection on which messages come; it changes before the first command of a new one is sent, also where
    /// the multiplexer is the user's.
    /// </summary>
    public long SubscriptionEpoch =>
        IsOwn ? _tunnel.SubscriptionEpoch
        : _database is { } database ? SocketsOf(database.Multiplexer)
        : 0;

    /// <param name="onTouched">
    /// Told that <see cref="SubscriptionEpoch"/> may have changed, or a connection be there again; sometimes for nothing.
    /// </param>
    public void Watch(Action onTouched) => _onSubscriptionTouched = onTouched;

    // Both kinds are counted, since nobody tells whether the user's multiplexer has messages and commands share one connection.
    private static long SocketsOf(IConnectionMultiplexer multiplexer)
    {
        ServerCounters counters = multiplexer.GetCounters();
        return counters.Subscription.SocketCount + counters.Interactive.SocketCount;
    }
}
