using System.Collections.Concurrent;

namespace CacheRing.Nodes;

/// <summary>
/// A node inside the process, for users' own unit tests (<c>memory://</c>): it forgets at the clock's time, keeps copies
/// and shares nothing with other caches. It has no limit on memory.
/// </summary>
internal sealed class MemoryNode : ICacheNode
{
    private readonly ConcurrentDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private volatile bool _disposed;

    public MemoryNode(string name, TimeProvider time)
    {
        Name = name;
        _time = time;
    }

    public string Name { get; }

    public void Start()
    {
    }

    public ValueTask<StoredValue> GetAsync(string key, CancellationToken token) => GetHeadAsync(key, int.MaxValue, token);

    public ValueTask<StoredValue> GetHeadAsync(string key, int length, CancellationToken token)
    {
        ThrowIfOver(token);
        return new ValueTask<StoredValue>(Find(key) is { } item
            ? new StoredValue(item.Bytes.AsMemory(0, Math.Min(length, item.Bytes.Length)))
            : default);
    }

    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, CancellationToken token)
    {
        ThrowIfOver(token);
        _items[key] = new Item(bytes.ToArray(), DeathOf(timeToLive));
        return default;
    }

    public ValueTask RemoveAsync(string key, CancellationToken token)
    {
        ThrowIfOver(token);
        _items.TryRemove(key, out _);
        return default;
    }

    public ValueTask ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        ThrowIfOver(token);
        ExpireUnawaited(key, timeToLive);
        return default;
    }

    public void ExpireUnawaited(string key, TimeSpan timeToLive)
    {
        // Only if the item is still the one that was read: a key that was removed meanwhile must stay removed.
        if (Find(key) is { } item)
            _items.TryUpdate(key, item with { DiesAt = DeathOf(timeToLive) }, item);
    }

    public ValueTask GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        ThrowIfOver(token);
        for (int i = 0; i < keys.Count; i++)
        {
            if (Find(keys[i]) is { } item)
                reader.Read(i, item.Bytes);
        }

        return default;
    }

    public ValueTask<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        ThrowIfOver(token);
        foreach (NodeWrite write in writes)
            _items[write.Key] = new Item(write.Bytes.ToArray(), DeathOf(write.TimeToLive));
        return new ValueTask<NodeException?[]>(new NodeException?[writes.Count]);
    }

    public ValueTask RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        ThrowIfOver(token);
        foreach (string key in keys)
            _items.TryRemove(key, out _);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _items.Clear();
        return default;
    }

    private Item? Find(string key)
    {
        if (!_items.TryGetValue(key, out Item? item))
            return null;
        if (!(item.DiesAt <= _time.GetUtcNow()))
            return item;
        _items.TryRemove(KeyValuePair.Create(key, item));
        return null;
    }

    private DateTimeOffset? DeathOf(TimeSpan? timeToLive)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return timeToLive < DateTimeOffset.MaxValue - now ? now + timeToLive : null;
    }

    private void ThrowIfOver(CancellationToken token)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        token.ThrowIfCancellationRequested();
    }

    private sealed record Item(byte[] Bytes, DateTimeOffset? DiesAt);
}
