using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// Hears one channel, in the order in which the server sends. That messages come is proven, not believed: the driver says that
/// a connection is there again when the server may not have seen its SUBSCRIBE yet, and what is published until then is
/// lost. So a probe is published, and the gate opened when it has come back.
/// </summary>
internal sealed class RedisEar
{
    private readonly RedisConnection _connection;
    private readonly RedisChannel _channel;
    private readonly BusGate _gate;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Guid _client = Guid.NewGuid();
    private volatile ChannelMessageQueue? _queue;
    private volatile Probe? _probe;
    private long _probes;

    public RedisEar(RedisConnection connection, RedisChannel channel, BusGate gate, TimeSpan timeout, TimeProvider time)
    {
        _connection = connection;
        _channel = channel;
        _gate = gate;
        _timeout = timeout;
        _time = time;
    }

    private sealed record Probe(long Connection, byte[] Frame)
    {
        public TaskCompletionSource<bool> Returned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Whether messages come; the gate is open then, from the probe on.</summary>
    public async Task<bool> ProveAsync(CancellationToken token)
    {
        try
        {
            if (_connection.Database is not { } database || _connection.Subscriber is not { } subscriber)
                return false;
            if (_queue is null)
                await SubscribeAsync(subscriber, token).ConfigureAwait(false);

            // The ping goes behind every SUBSCRIBE that was sent, on the connection that is then in use. So a probe that is
            // published after its answer has come can only come on that one.
            long connection = _connection.SubscriptionEpoch;
            await Bounded(subscriber.PingAsync(RedisNode.Flags), token).ConfigureAwait(false);
            Probe probe = new(connection, BusFrame.OfProbe(_client, ++_probes));
            _probe = probe;
            await Bounded(database.PublishAsync(_channel, probe.Frame, RedisNode.Flags), token).ConfigureAwait(false);

            Task<bool> returned = Bounded(probe.Returned.Task, token);
            await ((Task)returned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (returned.IsCompletedSuccessfully)
                return await returned.ConfigureAwait(false);

            // Both connections answer, and nothing comes: there is no subscription, whatever the driver thinks.
            Unsubscribe();
            return false;
        }
#pragma warning disable CA1031 // Whatever a user's multiplexer throws, the listener is deaf and it is tried again.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>Whether the connection on which messages come has an answer, and there still is a subscription.</summary>
    public async Task<bool> IsAliveAsync(CancellationToken token)
    {
        try
        {
            // The user may have ended all subscriptions of a multiplexer.
            if (_queue is not { Completion.IsCompleted: false } || _connection.Subscriber is not { } subscriber)
            {
                Unsubscribe();
                return false;
            }

            await Bounded(subscriber.PingAsync(RedisNode.Flags), token).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public void Unsubscribe()
    {
        // Nobody waits for the answer. A multiplexer of the user's lives on without the subscription.
        _queue?.Unsubscribe(CommandFlags.FireAndForget);
        _queue = null;
    }

    private async Task SubscribeAsync(ISubscriber subscriber, CancellationToken token)
    {
        // Without waiting for the answer: there may be no connection yet, and the driver subscribes by itself when it has one. A
        // queue keeps the order of messages, a handler does not: each message is given to the thread pool by itself.
        ChannelMessageQueue queue = await subscriber.SubscribeAsync(_channel, CommandFlags.FireAndForget)
            .WaitAsync(_timeout, _time, token).ConfigureAwait(false);
        _queue = queue;
        queue.OnMessage(message =>
        {
            // One that was given up may have some left.
            if (ReferenceEquals(queue, _queue))
                Hear(message.Message);
        });
    }

    private void Hear(ReadOnlyMemory<byte> frame)
    {
        if (BusFrame.TryReadPayload(frame.Span, out ReadOnlySpan<byte> message))
            _gate.Pass(message);
        else if (_probe is { } probe && frame.Span.SequenceEqual(probe.Frame))
            probe.Returned.TrySetResult(_gate.TryOpen(probe.Connection));
    }

    private Task<T> Bounded<T>(Task<T> task, CancellationToken token) => task.WaitAsync(_timeout, _time, token);
}
