using System.Runtime.CompilerServices;
using CacheRing.Diagnostics;
using CacheRing.Sharding;
using CacheRing.Writes;
using Microsoft.Extensions.Logging;

namespace CacheRing.Patterns;

/// <inheritdoc cref="IWriteBehindCache{TKey, TValue}"/>
/// <remarks>
/// A reader of this process sees what is pending before it looks anywhere else, whatever has become of the cache. Others see it
/// in the cache, where each write is put as soon as it is taken; when the store has it, the entry is filled anew by token, or
/// removed, so that no load that has read the store before can leave an older value.
/// </remarks>
internal sealed partial class WriteBehind<TKey, TValue, TStore> : ReadThrough<TKey, TValue, TStore>, IWriteBehindCache<TKey, TValue>, IPendingWrites, IAsyncDisposable, IDisposable
    where TKey : notnull
    where TStore : ICacheStore<TKey, TValue>
{
    private readonly WriteBehindParts<TKey, TValue> _behind;
    private readonly WriteQueue<TKey, TValue> _queue;
    private readonly ILogger _logger;

    public WriteBehind(PatternParts<TKey, TValue, TStore> parts, WriteBehindParts<TKey, TValue> behind)
        : base(parts)
    {
        _behind = behind;
        _logger = parts.Aside.Logger;
        WriteMeter meter = new(behind.Meter, behind.CacheName, parts.Name, () => Status);
        WriteBehindTarget<TKey, TValue, TStore> target = new(parts, behind, () => _queue!.Numbers, _logger);
        _queue = new WriteQueue<TKey, TValue>(behind.Settings, target, parts.Aside.Nodes.Time, _logger, meter);
        if (behind.Journal is null)
        {
            _queue.Start();
            _isOpen = true;
        }
    }

    public string Name => Parts.Name;

    public WriteBehindStatus Status => _queue.Status;

    public override ValueTask<CacheLookup<TValue>> GetAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!_isOpen)
            return OpenAndGetAsync(key, cancellationToken);
        if (!_queue.TryGetNewest(key, out PendingWrite<TKey, TValue>? pending))
            return base.GetAsync(key, cancellationToken);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<CacheLookup<TValue>>(cancellationToken) : new(ValueOf(pending));
    }

    public override async ValueTask<IReadOnlyDictionary<TKey, TValue>> GetManyAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!_isOpen)
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        List<TKey> others = [];
        List<KeyValuePair<TKey, TValue>> found = [];
        foreach (TKey key in keys.Distinct())
        {
            if (key is null || !_queue.TryGetNewest(key, out PendingWrite<TKey, TValue>? pending))
                others.Add(key!);
            else if (ValueOf(pending).TryGet(out TValue? value))
                found.Add(new(key, value));
        }

        IReadOnlyDictionary<TKey, TValue> loaded = await base.GetManyAsync(others, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? loaded : new Dictionary<TKey, TValue>([.. loaded, .. found]);
    }

    public ValueTask SetAsync(TKey key, TValue value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(key, StoreWriteKind.Upsert, value, new FoundValue<TValue>(value), cancellationToken);
    }

    public ValueTask RemoveAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(key, StoreWriteKind.Delete, default, null, cancellationToken);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        await _queue.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task DrainAsync(CancellationToken cancellation) => await _queue.DrainAsync(_behind.DrainTimeout, cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    public void Dispose() => ShardedCache.Wait(DisposeAsync().AsTask());

    private async ValueTask WriteAsync(TKey key, StoreWriteKind kind, TValue? value, FoundValue<TValue>? found, CancellationToken cancellation)
    {
        // What cannot be written is the caller's to know of, before anything has happened.
        byte[] bytes = BytesOf(Format, found);
        if (!_isOpen)
            await OpenAsync(cancellation).ConfigureAwait(false);
        PendingWrite<TKey, TValue> write = new(key, KeyOf(key), kind, value, bytes);
        await _queue.EnqueueAsync(write, _behind.Journal is null ? [] : JournalKeyOf(key), cancellation).ConfigureAwait(false);
        await PutAsync(write.Line).ConfigureAwait(false);
    }

    /// <summary>Puts what is newest into the cache, unless the store has it by now. Never throws: the write is taken.</summary>
    private async ValueTask PutAsync(KeyLine<TKey, TValue> line)
    {
        await line.Cache.WaitAsync().ConfigureAwait(false);
        try
        {
            if (line.Newest is not { IsCached: false } newest)
                return;
            newest.IsCached = true;
            await Parts.Aside.PutAsync(newest.CacheKey, newest.Bytes, Parts.Policy, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A failure of the cache never fails a write: this process reads what is pending, and the store gets it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.PutFailed(_logger, Parts.Name, error);
        }
        finally
        {
            line.Cache.Release();
        }
    }

    private CacheLookup<TValue> ValueOf(PendingWrite<TKey, TValue> pending)
    {
        if (pending.Kind == StoreWriteKind.Delete)
            return default;
        return new CacheLookup<TValue>(Format.IsShareable ? pending.Value! : Format.Read(pending.Bytes)!.Value);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheLookup<TValue>> OpenAndGetAsync(TKey key, CancellationToken cancellation)
    {
        await OpenAsync(cancellation).ConfigureAwait(false);
        return await GetAsync(key, cancellation).ConfigureAwait(false);
    }

    private static byte[] BytesOf<T>(ValueFormat<T> format, T value)
    {
        using PooledWriter writer = new();
        format.Write(value, writer);
        return writer.Memory.ToArray();
    }
}
