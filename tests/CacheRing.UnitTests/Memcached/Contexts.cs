using CacheRing.Diagnostics;
using CacheRing.Memcached;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Memcached;

/// <summary>What commands need around them, without a server.</summary>
internal static class Contexts
{
    public static readonly NodeTimings Timings = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    public static MemcachedContext Of(INodeClient client)
    {
        Assert.That(NodeEndpoint.TryParse("memcached://nowhere", out NodeEndpoint? endpoint, out _), Is.True);
        return new MemcachedContext(new MemcachedSettings("tested", "", endpoint!, Timings), TimeProvider.System) { Client = client };
    }

    /// <summary>Gives every value out as it is stored, and counts.</summary>
    public sealed class Client : INodeClient
    {
        private int _failures;
        private int _misses;

        public int Failures => _failures;

        public int Misses => _misses;

        /// <summary>As <see cref="FailoverOptions.OnReadFailure"/>.</summary>
        public bool Throws { get; init; }

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

        public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
        {
            value = stored;
            return true;
        }

        public void Missed() => Interlocked.Increment(ref _misses);

        public void Done(CacheOperation operation, string key, int epoch)
        {
        }

        public ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token)
        {
            Interlocked.Increment(ref _failures);
            return Throws ? throw failure : default;
        }

        public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0)
        {
            if (failure is not null)
                Interlocked.Increment(ref _failures);
        }
    }
}
