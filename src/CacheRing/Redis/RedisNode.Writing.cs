using CacheRing.Diagnostics;
using CacheRing.Entries;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Writing and prolonging one key.</content>
internal sealed partial class RedisNode
{
    private readonly BulkLimit _bulkLimit = new();

    public Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token) =>
        StoredAsync(key, Epoch, entry, StoreAsync(key, entry, timeToLive, token));

    private async Task StoredAsync(string key, int epoch, PooledEntry entry, Task<bool> reply)
    {
        try
        {
            await reply.ConfigureAwait(false);
            entry.Return();
            _client.Done(CacheOperation.Set, key, epoch);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            NodeException failure = _connection.Explain(error, isWrite: true);
            if (failure.Kind == NodeFailureKind.ValueTooLarge)
                _bulkLimit.Refused(entry.Memory.Length);
            _client.WriteFailed(CacheOperation.Set, key, epoch, failure, entry.Stamp);

            // The server is well and the value is not: the caller's to know, as with one over MaxValueBytes.
            if (failure.Kind == NodeFailureKind.ValueTooLarge)
                throw failure;
        }
        catch (OperationCanceledException)
        {
            _client.WriteFailed(CacheOperation.Set, key, epoch, null, entry.Stamp);
            throw;
        }
    }

    public async Task ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            await Bounded(database.KeyExpireAsync(Key(key), timeToLive, flags: Flags), token).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    public void ExpireUnawaited(string key, TimeSpan timeToLive)
    {
        try
        {
            if (_connection.Database is { } database)
                _ = database.KeyExpireAsync(Key(key), timeToLive, flags: Flags | CommandFlags.FireAndForget);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            // The entry lives on for what it has left; the read that asked for this has its value.
        }
    }

    private static Expiration Expiry(TimeSpan? timeToLive) => timeToLive is { } span ? new Expiration(span) : default;

    private Task<bool> StoreAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        if (_connection.Database is not { } database || entry.Memory.Length > BulkLimit.Least)
            return StoreSlowlyAsync(key, entry, timeToLive, token);
        try
        {
            return Bounded(database.StringSetAsync(Key(key), entry.Memory, Expiry(timeToLive), flags: Flags), token);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            return Task.FromException<bool>(error);
        }
    }

    // With a look at whether there is a connection, and whether the server takes so long a value.
    private async Task<bool> StoreSlowlyAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        return await _bulkLimit.AllowsAsync(entry.Memory.Length, database, Epoch).ConfigureAwait(false)
            ? await Bounded(database.StringSetAsync(Key(key), entry.Memory, Expiry(timeToLive), flags: Flags), token).ConfigureAwait(false)
            : throw new ValueTooLongException();
    }
}
