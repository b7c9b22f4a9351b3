using CacheRing.DependencyInjection;
using CacheRing.Diagnostics;
using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>A node without a cache around it.</summary>
internal static class NodeUnderTest
{
    public const string Instance = "node:";

    public static ICacheNode Start(string endpoint, Action<NodeOptions>? configure = null, Action<ShardedCacheOptions>? setUp = null)
    {
        ShardedCacheOptions options = new() { InstanceName = Instance };

        // Slow on a busy build machine is not down.
        options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
        options.Failover.ConnectTimeout = TimeSpan.FromSeconds(10);
        setUp?.Invoke(options);
        NodeOptions described = new() { Name = "node-0", Endpoint = endpoint };
        configure?.Invoke(described);
        ICacheNode node = NodeFactory.Create(described, options, TimeProvider.System);
        node.Start(new Unconcerned());
        return node;
    }

    /// <summary>Told of all, and interested in nothing.</summary>
    internal sealed class Unconcerned : INodeClient
    {
        public void Connected()
        {
        }

        public void Disconnected(NodeException failure)
        {
        }

        public void ConnectFailed(NodeException failure)
        {
        }

        public bool IsOvertaken(int epoch) => false;

        public void Sending()
        {
        }

        public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value) => throw new NotSupportedException();

        public void Missed()
        {
        }

        public void Done(CacheOperation operation, string key, int epoch)
        {
        }

        public ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token) => default;

        public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0)
        {
        }
    }
}
