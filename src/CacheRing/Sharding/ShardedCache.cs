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
    private readonly Shard[] _live;
    private readonly CacheMeter _meter;
    private readonly TimeProvider _time;
    private readonly TimeSpan _guestLifetime;
    private readonly int _maxValueBytes;

    // Whether a key concerns its owner alone.
    private readonly bool _isStraight;
    private int _disposed;

    /// <param name="parts">All it is made of; from here on it owns the nodes and the meter.</param>
    public ShardedCache(ShardedCacheParts parts)
    {
        _ring = parts.Ring;
        _router = parts.Router;
        _codec = parts.Services.Codec;
        _meter = parts.Services.Meter;
        _time = parts.Services.Guards.Time;
        _guestLifetime = parts.Services.Guards.Options.GuestLifetime;
        _isStraight = parts.Services.Guards.Options.Mode == FailoverMode.Miss;
        _maxValueBytes = parts.MaxValueBytes;
        _shards = [.. parts.Nodes.Select(node => new Shard(node, parts.Services, OnHealthChange))];

        // A retired node owns no key; its server may be gone for good.
        _live = [.. _shards.Where((_, i) => !_ring.Members[i].Retired)];
        foreach (Shard shard in _live)
            shard.Start();
    }

    public event EventHandler<NodeHealthChangedEventArgs>? NodeHealthChanged;

    public IReadOnlyList<NodeStatus> GetNodes()
    {
        ThrowIfDisposed();
        return Array.ConvertAll(_live, static shard => shard.Guard.Status);
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
            await Task.WhenAll(_shards.Select(static shard => shard.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
        finally
        {
            _meter.Dispose();
        }
    }

    private void OnHealthChange(NodeHealthChangedEventArgs change) => NodeHealthChanged?.Invoke(this, change);

    private Shard ShardOf(string key)
    {
        ThrowIfDisposed();
        return _shards[_router.Locate(key, out _)];
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
