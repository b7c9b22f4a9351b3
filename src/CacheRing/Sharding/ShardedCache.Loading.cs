using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;

namespace CacheRing.Sharding;

/// <content>What the patterns above the cache are built on: tokens, entries with an annex, keys that every node has.</content>
internal sealed partial class ShardedCache
{
    /// <summary>The nodes that take part.</summary>
    public IReadOnlyList<Shard> Live => _live;

    public TimeProvider Time => _time;

    public CacheMeter Meter => _meter;

    /// <summary>Begins to load a key; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The key is empty, too long or malformed.</exception>
    public KeyLoad LoadOf(string key, IEntrySink sink) => new(key, ShardOf(key), NextOf(key), sink);

    /// <summary>The node that owns a key.</summary>
    public Shard OwnerOf(string key) => ShardOf(key);

    /// <summary>The nodes that must hear of a change of this key.</summary>
    public (Shard Owner, Shard? Next) ConcernedBy(string key) => (ShardOf(key), NextOf(key));

    /// <summary>Whether a key can be kept at all.</summary>
    public bool Accepts(string key)
    {
        ThrowIfDisposed();
        return _router.Accepts(key);
    }

    /// <summary>Whether a value of this length can be kept.</summary>
    public bool Accepts(long length) => length <= _maxValueBytes;

    /// <summary>Writes an entry with an annex, whatever is under the key.</summary>
    /// <returns>Whether every node that must know of it has answered.</returns>
    public async ValueTask<bool> SetAsync(
        string key, ReadOnlySequence<byte> value, EntryLifetime lifetime, ReadOnlyMemory<byte> annex, CancellationToken token)
    {
        List<KeyValuePair<string, NodeException>> failures = await WritePartAsync(
            ShardOf(key), [new KeyedValue(key, value) { Annex = annex }], lifetime, lifetime.TimeToLive(_time.GetUtcNow()), token).ConfigureAwait(false);
        return failures.Count == 0;
    }

    /// <summary>Removes keys that are kept on every node.</summary>
    /// <returns>Whether every node has answered; where one has not, it is queued.</returns>
    public async ValueTask<bool> RemoveFromAllAsync(List<string> keys, CancellationToken token)
    {
        ThrowIfDisposed();
        IReadOnlyCollection<string>[] left = await Task.WhenAll(_live.Select(shard => RemovePartAsync(shard, keys, token))).ConfigureAwait(false);
        return Array.TrueForAll(left, static keys => keys.Count == 0);
    }
}
