using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>A node whose messages are sent and heard on one channel.</summary>
internal static class BusUnderTest
{
    public const string Channel = "cr:test";

    public static ICacheNode Start(string endpoint, ConnectionMultiplexer? multiplexer = null) => NodeUnderTest.Start(
        endpoint,
        options =>
        {
            if (multiplexer is null)
                return;
            options.Endpoint = "";
            options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(multiplexer);
        },
        static options => options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(500));

    public static RecordingListener Listen(ICacheNode node, Action<RecordingListener>? onListening = null)
    {
        RecordingListener listener = new(onListening);
        node.Bus!.Listen(Channel, listener);
        return listener;
    }

    public static async Task<RecordingListener> ListeningAsync(ICacheNode node)
    {
        RecordingListener listener = Listen(node);
        await listener.ListeningAsync();
        return listener;
    }

    public static Task PublishAsync(ICacheNode node, int number) =>
        node.Bus!.PublishAsync(Channel, RecordingListener.Numbered(number), default);
}
