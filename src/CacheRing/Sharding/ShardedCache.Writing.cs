using System.Buffers;
using System.Runtime.CompilerServices;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sharding;

/// <content>Writing and removing one key.</content>
internal sealed partial class ShardedCache
{
    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    public ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Shard shard = ShardOf(key);
        CheckLength(value.Length, nameof(value));
        EntryLifetime lifetime = _codec.LifetimeOf(options, out TimeSpan? timeToLive);
        return token.IsCancellationRequested
            ? ValueTask.FromCanceled(token)
            : SetAsync(shard, key, _codec.Encode(value, lifetime), timeToLive, token);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : RemoveAsync(shard, key, token);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SetAsync(Shard shard, string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        try
        {
            await shard.Node.SetAsync(key, entry.Memory, timeToLive, token).ConfigureAwait(false);
            entry.Return();
            shard.Answered(CacheOperation.Set, CacheOutcome.Ok);
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Set, failure, key);
        }
    }

    private static async Task RemoveAsync(Shard shard, string key, CancellationToken token)
    {
        try
        {
            await shard.Node.RemoveAsync(key, token).ConfigureAwait(false);
            shard.Answered(CacheOperation.Remove, CacheOutcome.Ok);
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Remove, failure, key);
        }
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
}
