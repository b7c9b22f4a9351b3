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
        return token.IsCancellationRequested ? Task.FromCanceled(token) : shard.Node.RemoveAsync(key, token);
    }

    private Task WriteAsync(string key, in ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(options);
        Shard shard = ShardOf(key);
        CheckLength(value.Length, nameof(value));
        EntryLifetime lifetime = _codec.LifetimeOf(options, out TimeSpan? timeToLive);
        return token.IsCancellationRequested
            ? Task.FromCanceled(token)
            : shard.Node.SetAsync(key, shard.Encode(key, value, lifetime), timeToLive, token);
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
