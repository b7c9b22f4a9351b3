using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Ring;

namespace CacheRing.Sharding;

/// <summary>The cache over a ring of nodes; see <see cref="IShardedCache"/> for what it promises.</summary>
internal sealed partial class ShardedCache : IShardedCache, IAsyncDisposable, IDisposable
{
    private readonly HashRing _ring;
    private readonly KeyRouter _router;
    private readonly EntryCodec _codec;
    private readonly Shard[] _shards;
    private readonly CacheMeter _meter;
    private readonly int _maxValueBytes;
    private int _disposed;

    /// <param name="parts">All it is made of; from here on it owns the nodes and the meter.</param>
    public ShardedCache(ShardedCacheParts parts)
    {
        _ring = parts.Ring;
        _router = parts.Router;
        _codec = parts.Services.Codec;
        _meter = parts.Services.Meter;
        _maxValueBytes = parts.MaxValueBytes;
        _shards = [.. parts.Nodes.Select(node => new Shard(node, parts.Services))];
        for (int i = 0; i < _shards.Length; i++)
        {
            // A retired node owns no key; its server may be gone for good.
            if (!_ring.Members[i].Retired)
                _shards[i].Node.Start(_shards[i]);
        }
    }

    public CacheRoute Locate(string key)
    {
        ThrowIfDisposed();
        int owner = _router.Locate(key, out ulong hash);
        return new CacheRoute(_shards[owner].Node.Name, hash, _ring.Fingerprint);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            await Task.WhenAll(_shards.Select(static shard => shard.Node.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
        finally
        {
            _meter.Dispose();
        }
    }

    private Shard ShardOf(string key)
    {
        ThrowIfDisposed();
        return _shards[_router.Locate(key, out _)];
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
