using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Nodes;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sharding;

/// <content>Many keys at once: parted by node, all nodes at the same time, each node's failure its own.</content>
internal sealed partial class ShardedCache
{
    public async ValueTask<CacheBatch> GetManyAsync(IEnumerable<string> keys, CancellationToken token = default)
    {
        List<string>?[] parts = Part(keys);
        token.ThrowIfCancellationRequested();

        BatchReader?[] readers = await ForEachShardAsync(parts, (shard, part) => ReadAsync(shard, part, token)).ConfigureAwait(false);

        Dictionary<string, byte[]> found = new(readers.Sum(static reader => reader?.Found ?? 0), StringComparer.Ordinal);
        foreach (BatchReader? reader in readers)
            reader?.AddTo(found);
        return new CacheBatch(found, KeysOf(parts, shard => parts[shard] is not null && readers[shard] is null));
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

        List<string>?[] parts = Part(last.Keys);
        EntryLifetime lifetime = _codec.LifetimeOf(options, out TimeSpan? timeToLive);
        token.ThrowIfCancellationRequested();

        List<string>?[] failed = await ForEachShardAsync(
            parts, (shard, part) => WriteAsync(shard, part, last, lifetime, timeToLive, token)).ConfigureAwait(false);
        return new CacheBatchOutcome([.. failed.SelectMany(static keys => keys ?? [])]);
    }

    public async ValueTask<CacheBatchOutcome> RemoveManyAsync(IEnumerable<string> keys, CancellationToken token = default)
    {
        List<string>?[] parts = Part(keys);
        token.ThrowIfCancellationRequested();

        bool[] removed = await ForEachShardAsync(parts, (shard, part) => RemoveAsync(shard, part, token)).ConfigureAwait(false);
        return new CacheBatchOutcome(KeysOf(parts, shard => parts[shard] is not null && !removed[shard]));
    }

    /// <summary>The distinct keys, by the shard that owns them; null where a shard owns none.</summary>
    private List<string>?[] Part(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ThrowIfDisposed();
        List<string>?[] parts = new List<string>?[_shards.Length];
        _ = keys.TryGetNonEnumeratedCount(out int count);
        int share = (count / _shards.Length) + (count / 8);
        HashSet<string> seen = new(count, StringComparer.Ordinal);
        foreach (string key in keys)
        {
            if (key is null)
                throw new ArgumentException("A key of the batch is null.", nameof(keys));
            if (seen.Add(key))
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

    private async Task<BatchReader?> ReadAsync(Shard shard, List<string> keys, CancellationToken token)
    {
        try
        {
            BatchReader reader = new(shard, keys);
            await shard.Node.GetManyAsync(keys, reader, token).ConfigureAwait(false);
            shard.Answered(CacheOperation.Get, CacheOutcome.Hit, reader.Found);
            shard.Answered(CacheOperation.Get, CacheOutcome.Miss, keys.Count - reader.Found);
            return reader;
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Get, failure, keys.Count);
            return null;
        }
    }

    private static async Task<List<string>?> WriteAsync(
        Shard shard, List<string> keys, Dictionary<string, byte[]> values, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        NodeWrite[] writes = new NodeWrite[keys.Count];
        for (int i = 0; i < writes.Length; i++)
            writes[i] = new NodeWrite(keys[i], shard.Encode(keys[i], new ReadOnlySequence<byte>(values[keys[i]]), lifetime), timeToLive);

        NodeException?[] failures;
        try
        {
            failures = await shard.Node.SetManyAsync(writes, token).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Set, failure, keys.Count);
            return keys;
        }

        List<string>? failed = null;
        for (int i = 0; i < failures.Length; i++)
        {
            if (failures[i] is { } failure)
            {
                shard.WriteFailed(CacheOperation.Set, keys[i], failure);
                (failed ??= []).Add(keys[i]);
                continue;
            }

            writes[i].Entry.Return();
        }

        shard.Answered(CacheOperation.Set, CacheOutcome.Ok, keys.Count - (failed?.Count ?? 0));
        return failed;
    }

    private static async Task<bool> RemoveAsync(Shard shard, List<string> keys, CancellationToken token)
    {
        try
        {
            await shard.Node.RemoveManyAsync(keys, token).ConfigureAwait(false);
            shard.Answered(CacheOperation.Remove, CacheOutcome.Ok, keys.Count);
            return true;
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Remove, failure, keys.Count);
            return false;
        }
    }

    private static List<string> KeysOf(List<string>?[] parts, Func<int, bool> isWanted)
    {
        List<string> keys = [];
        for (int shard = 0; shard < parts.Length; shard++)
        {
            if (isWanted(shard))
                keys.AddRange(parts[shard]!);
        }

        return keys;
    }
}
