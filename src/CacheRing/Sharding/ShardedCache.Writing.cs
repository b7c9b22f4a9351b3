using System.Buffers;
using CacheRing.Entries;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sharding;

/// <content>Writing and removing one key.</content>
internal sealed partial class ShardedCache
{
    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WriteAsync(key, new ReadOnlySequence<byte>(value), options, token);
    }

    public ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        new(WriteAsync(key, value, options, token));

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token)
            : _isStraight && shard.RemovesDirectly(key) && !EverywhereKeys.Has(key) ? shard.Node.RemoveAsync(key, token)
            : RemoveAsync(shard, key, token);
    }

    public ValueTask<RemoveOutcome> TryRemoveAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested
            ? ValueTask.FromCanceled<RemoveOutcome>(token)
            : new ValueTask<RemoveOutcome>(RemoveAsync(shard, key, token));
    }

    private Task WriteAsync(string key, in ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        Shard shard = ShardOf(key);
        CheckLength(value.Length, nameof(value));
        EntryLifetime lifetime = _codec.LifetimeOf(options, out TimeSpan? timeToLive);
        return token.IsCancellationRequested ? Task.FromCanceled(token)
            : _isStraight && shard.WritesDirectly(key) && !EverywhereKeys.Has(key)
                ? shard.Node.SetAsync(key, shard.Encode(key, value, lifetime), timeToLive, token)
            : WriteAsync(shard, new KeyedValue(key, value), lifetime, timeToLive, token);
    }

    /// <summary>Writes where there is more to it than a write: the node is out, or another one must hear of it as well.</summary>
    private async Task WriteAsync(Shard shard, KeyedValue entry, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        if (EverywhereKeys.Has(entry.Key))
        {
            await WriteEverywhereAsync(entry, lifetime, timeToLive, token).ConfigureAwait(false);
            return;
        }

        List<KeyValuePair<string, NodeException>> failures = await WritePartAsync(shard, [entry], lifetime, timeToLive, token).ConfigureAwait(false);

        // The server is well and the value is not: the caller's to know.
        if (failures.Find(static failure => failure.Value.Kind == NodeFailureKind.ValueTooLarge).Value is { } tooLarge)
            throw tooLarge;
    }

    private async Task<RemoveOutcome> RemoveAsync(Shard shard, string key, CancellationToken token)
    {
        bool[] removed = await Task.WhenAll(
            (EverywhereKeys.Has(key) ? _live : NextOf(key) is { } next ? [shard, next] : [shard])
                .Select(async node => (await RemovePartAsync(node, [key], token).ConfigureAwait(false)).Count == 0)).ConfigureAwait(false);
        return Array.TrueForAll(removed, static isRemoved => isRemoved) ? RemoveOutcome.Applied : RemoveOutcome.Queued;
    }

    private void CheckLength(long length, string parameter)
    {
        if (length > _maxValueBytes)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The value has {length} bytes; the limit is {_maxValueBytes} (ShardedCacheOptions.{nameof(ShardedCacheOptions.MaxValueBytes)})."),
                parameter);
        }
    }

    /// <summary>What is to be written under a key.</summary>
    private readonly record struct KeyedValue(string Key, ReadOnlySequence<byte> Value)
    {
        /// <summary>What a loader knows of the value; empty for none.</summary>
        public ReadOnlyMemory<byte> Annex { get; init; }
    }
}
