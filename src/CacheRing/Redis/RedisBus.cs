using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>Messages between the clients of a Redis server that use the same instance name, over its publish and subscribe.</summary>
internal sealed class RedisBus : INodeBus, IAsyncDisposable
{
    private readonly RedisConnection _connection;
    private readonly RedisNodeSettings _settings;
    private readonly TimeProvider _time;
    private RedisSubscription? _subscription;

    public RedisBus(RedisConnection connection, RedisNodeSettings settings, TimeProvider time)
    {
        _connection = connection;
        _settings = settings;
        _time = time;
    }

    public void Listen(string channel, INodeListener listener)
    {
        _subscription = new RedisSubscription(_connection, Named(channel), listener, _settings.Timings, _time);
        _subscription.Start();
    }

    public async Task PublishAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(cancellation).ConfigureAwait(false);

            // Asked of the database, it takes the way of all other commands: to the one interactive connection, whose commands the
            // driver writes in the order in which it is given them, and the server carries out in that order. Only calls that
            // still wait for the very first connection have no order among themselves.
            await database.PublishAsync(Named(channel), BusFrame.OfPayload(message.Span), RedisNode.Flags)
                .WaitAsync(_settings.Timings.Operation, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public ValueTask DisposeAsync() => _subscription is { } subscription ? subscription.DisposeAsync() : ValueTask.CompletedTask;

    private RedisChannel Named(string channel) => RedisChannel.Literal(_settings.KeyPrefix + channel);
}
