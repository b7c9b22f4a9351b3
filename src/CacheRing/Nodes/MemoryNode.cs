using System.Buffers;
using System.Collections.Concurrent;
using CacheRing.Diagnostics;
using CacheRing.Entries;

namespace CacheRing.Nodes;

/// <summary>
/// A node inside the process, for users' own unit tests (<c>memory://</c>): it forgets at the clock's time, keeps copies
/// and shares nothing with other caches. It has no limit on memory.
/// </summary>
internal sealed partial class MemoryNode : ICacheNode
{
    private readonly ConcurrentDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private INodeClient _client = null!;
    private ulong _versions;
    private volatile bool _disposed;

    public MemoryNode(string name, TimeProvider time)
    {
        Name = name;
        _time = time;
    }

    public string Name { get; }

    public NodeTraits Traits => Differences;

    public static NodeTraits Differences { get; } = new() { ExpiryResolution = TimeSpan.FromTicks(1), ReadsHeads = true, DropsTooLarge = false };

    public int Epoch => 1;

    public bool IsConnected => !_disposed;

    // A call has ended when it returns: there is never anything to wait for.
    public ConnectionSigns ReadSigns() => default;

    public void Abandon(NodeException reason)
    {
    }

    public void Start(INodeClient client) => _client = client;

    public Task<byte[]?> GetAsync(string key, CancellationToken token)
    {
        ThrowIfOver(token);
        return Task.FromResult(TryOpen(key, out ReadOnlySpan<byte> value) ? value.ToArray() : null);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token)
    {
        ThrowIfOver(token);
        if (!TryOpen(key, out ReadOnlySpan<byte> value))
            return new ValueTask<bool>(false);
        destination.Write(value);
        return new ValueTask<bool>(true);
    }

    public Task<byte[]?> GetHeadAsync(string key, int length, CancellationToken token)
    {
        ThrowIfOver(token);
        return Task.FromResult(Find(key) is { } item ? item.Bytes[..Math.Min(length, item.Bytes.Length)] : null);
    }

    public Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        ThrowIfOver(token);
        Store(key, entry, timeToLive);
        entry.Return();
        _client.Done(CacheOperation.Set, key, Epoch);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string key, CancellationToken token)
    {
        ThrowIfOver(token);
        _items.TryRemove(key, out _);
        _client.Done(CacheOperation.Remove, key, Epoch);
        return Task.CompletedTask;
    }

    public Task ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        ThrowIfOver(token);
        ExpireUnawaited(key, timeToLive);
        return Task.CompletedTask;
    }

    public void ExpireUnawaited(string key, TimeSpan timeToLive)
    {
        // Only if the item is still the one that was read: a key that was removed meanwhile must stay removed.
        if (Find(key) is { } item)
            _items.TryUpdate(key, item with { DiesAt = DeathOf(timeToLive) }, item);
    }

    public Task GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        ThrowIfOver(token);
        for (int i = 0; i < keys.Count; i++)
        {
            if (Find(keys[i]) is { } item)
                reader.Read(i, item.Bytes);
        }

        return Task.CompletedTask;
    }

    public Task<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        ThrowIfOver(token);
        foreach (NodeWrite write in writes)
            Store(write.Key, write.Entry, write.TimeToLive);
        return Task.FromResult(new NodeException?[writes.Count]);
    }

    public Task RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        ThrowIfOver(token);
        foreach (string key in keys)
            _items.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public Task<StoredPair> GetPairAsync(string first, string second, CancellationToken token)
    {
        ThrowIfOver(token);
        return Task.FromResult(new StoredPair(Find(first)?.Bytes, Find(second)?.Bytes));
    }

    public Task<NodeGreeting> GreetAsync(string recordKey, CancellationToken token)
    {
        ThrowIfOver(token);
        return Task.FromResult(new NodeGreeting(Epoch, new NodeProcess("memory"), Find(recordKey)?.Bytes, null));
    }

    public Task<byte[]?> ReplaceAsync(string key, byte[]? expected, byte[] replacement, CancellationToken token)
    {
        ThrowIfOver(token);
        Item item = NewItem(replacement, null);
        bool replaced = expected is null
            ? _items.TryAdd(key, item)
            : Find(key) is { } old && old.Bytes.AsSpan().SequenceEqual(expected) && _items.TryUpdate(key, item, old);
        return Task.FromResult(replaced ? replacement : Find(key)?.Bytes);
    }

    public Task<bool> EndConnectionAsync(long connectionId, CancellationToken token) => Task.FromResult(false);

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _items.Clear();
        return default;
    }

    public INodeBus? Bus => null;

    private bool TryOpen(string key, out ReadOnlySpan<byte> value)
    {
        if (Find(key) is { } item)
            return _client.TryOpen(key, Epoch, item.Bytes, out value);
        value = default;
        _client.Missed();
        return false;
    }

    private void Store(string key, PooledEntry entry, TimeSpan? timeToLive) =>
        _items[key] = NewItem(entry.Memory.ToArray(), timeToLive);

    private Item? Find(string key)
    {
        if (!_items.TryGetValue(key, out Item? item))
            return null;
        if (!(item.DiesAt <= _time.GetUtcNow()))
            return item;
        _items.TryRemove(KeyValuePair.Create(key, item));
        return null;
    }

    private Item NewItem(byte[] bytes, TimeSpan? timeToLive) => new(bytes, DeathOf(timeToLive), Interlocked.Increment(ref _versions));

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

    private sealed record Item(byte[] Bytes, DateTimeOffset? DiesAt, ulong Version, bool IsPlaceholder = false);
}
