using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sharding;

/// <content>Many keys at once: parted by node, all nodes at the same time, each node's failure its own.</content>
internal sealed partial class ShardedCache
{
    public async ValueTask<CacheBatch> GetManyAsync(IEnumerable<string> keys, CancellationToken token = default)
    {
        // One table drops what is asked twice, and is the answer.
        List<string>?[] parts = Part(keys, out Dictionary<string, byte[]?> asked);
        token.ThrowIfCancellationRequested();

        List<BatchReader> readers = [];
        List<string> unavailable = [];
        BatchReader?[] answers = await ForEachShardAsync(parts, (shard, part) => ReadPartAsync(shard, part, asGuests: false, token)).ConfigureAwait(false);
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i] is { } answer)
                readers.Add(answer);
            else if (parts[i] is { } part)
                await ReadFromNextAsync(_shards[i], part, readers, unavailable, token).ConfigureAwait(false);
        }

        foreach (BatchReader reader in readers)
            reader.AddTo(asked);
        return new CacheBatch(asked, readers.Sum(static reader => reader.Found), unavailable);
    }

    public async ValueTask<CacheBatchOutcome> SetManyAsync(
        IEnumerable<KeyValuePair<string, byte[]>> entries, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(options);
        Dictionary<string, byte[]> last = new(StringComparer.Ordinal);
        foreach ((string key, byte[] value) in entries)
        {
            if (value is null)
                throw new ArgumentException("A value of the batch is null.", nameof(entries));
            CheckLength(value.Length, nameof(entries));
            last[key ?? throw new ArgumentException("A key of the batch is null.", nameof(entries))] = value;
        }

        List<string>?[] parts = Part(last.Keys, out _);
        EntryLifetime lifetime = _codec.LifetimeOf(options, out TimeSpan? timeToLive);
        token.ThrowIfCancellationRequested();

        List<KeyValuePair<string, NodeException>>?[] failed = await ForEachShardAsync(
            parts,
            (shard, part) => WritePartAsync(
                shard, [.. part.Select(key => new KeyedValue(key, new ReadOnlySequence<byte>(last[key])))], lifetime, timeToLive, token)).ConfigureAwait(false);
        return new CacheBatchOutcome([.. failed.SelectMany(static keys => keys ?? []).Select(static key => key.Key)]);
    }

    public async ValueTask<CacheBatchOutcome> RemoveManyAsync(IEnumerable<string> keys, CancellationToken token = default)
    {
        List<string>?[] parts = Part(keys, out _);
        token.ThrowIfCancellationRequested();

        List<string>?[] also = _isStraight ? [] : PartByNext(parts);
        Task<IReadOnlyCollection<string>[]> others = ForEachShardAsync(also, (shard, part) => RemovePartAsync(shard, part, token));
        IReadOnlyCollection<string>?[] left = await ForEachShardAsync(parts, (shard, part) => RemovePartAsync(shard, part, token)).ConfigureAwait(false);
        HashSet<string> unavailable = [.. left.Concat(await others.ConfigureAwait(false)).SelectMany(static keys => keys ?? [])];
        return new CacheBatchOutcome([.. unavailable]);
    }

    /// <param name="keys">Keys, of which some may come more than once.</param>
    /// <param name="distinct">Each of them once.</param>
    /// <returns>The distinct keys, by the shard that owns them; null where a shard owns none.</returns>
    private List<string>?[] Part(IEnumerable<string> keys, out Dictionary<string, byte[]?> distinct)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ThrowIfDisposed();
        List<string>?[] parts = new List<string>?[_shards.Length];
        _ = keys.TryGetNonEnumeratedCount(out int count);
        int share = (count / _shards.Length) + (count / 8);
        distinct = new Dictionary<string, byte[]?>(count, StringComparer.Ordinal);
        foreach (string key in keys)
        {
            if (key is null)
                throw new ArgumentException("A key of the batch is null.", nameof(keys));
            if (distinct.TryAdd(key, null))
                (parts[_router.Locate(key, out _)] ??= new List<string>(share)).Add(key);
        }

        return parts;
    }

    private async Task<TResult[]> ForEachShardAsync<TResult>(List<string>?[] parts, Func<Shard, List<string>, Task<TResult>> operation)
    {
        TResult[] results = new TResult[parts.Length];
        Task<TResult>?[] running = new Task<TResult>?[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part)
                running[i] = operation(_shards[i], part);
        }

        // All of them end before the first exception (a cancelled wait) goes on to the caller.
        await Task.WhenAll(running.OfType<Task>()).ConfigureAwait(false);
        for (int i = 0; i < parts.Length; i++)
        {
            if (running[i] is { } task)
                results[i] = await task.ConfigureAwait(false);
        }

        return results;
    }

    /// <summary>What an owner that is out would have been asked, asked of the next nodes.</summary>
    private async Task ReadFromNextAsync(
        Shard owner, List<string> keys, List<BatchReader> readers, List<string> unavailable, CancellationToken token)
    {
        int before = unavailable.Count;
        foreach (IGrouping<Shard?, string> part in keys.GroupBy(key => owner.Guard.IsServing ? null : NextOf(key)))
        {
            if (part.Key is { } next && await ReadPartAsync(next, [.. part], asGuests: true, token).ConfigureAwait(false) is { } reader)
                readers.Add(reader);
            else
                unavailable.AddRange(part);
        }

        if (!owner.Guard.IsServing && unavailable.Count > before)
            owner.NotCalled(CacheOperation.Get, owner.Reason(), unavailable.Count - before);
    }

    private List<string>?[] PartByNext(List<string>?[] parts)
    {
        List<string>?[] next = new List<string>?[parts.Length];
        foreach (string key in parts.SelectMany(static part => part ?? []))
        {
            if (NextOf(key) is { } shard)
                (next[Array.IndexOf(_shards, shard)] ??= []).Add(key);
        }

        return next;
    }
}
