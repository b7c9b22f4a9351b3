using CacheRing.Diagnostics;
using CacheRing.Entries;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Writing, removing and prolonging one key.</content>
internal sealed partial class RedisNode
{
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
            _client.WriteFailed(CacheOperation.Set, key, epoch, _connection.Explain(error, isWrite: true), entry.Stamp);
        }
        catch (OperationCanceledException)
        {
            _client.WriteFailed(CacheOperation.Set, key, epoch, null, entry.Stamp);
            throw;
        }
    }

    public async Task RemoveAsync(string key, CancellationToken token)
    {
        int epoch = Epoch;
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            await Bounded(database.KeyDeleteAsync(Key(key), Flags), token).ConfigureAwait(false);
            _client.Done(CacheOperation.Remove, key, epoch);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            _client.WriteFailed(CacheOperation.Remove, key, epoch, _connection.Explain(error, isWrite: true));
        }
        catch (OperationCanceledException)
        {
            _client.WriteFailed(CacheOperation.Remove, key, epoch, null);
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
        if (_connection.Database is not { } database)
            return StoreWhenConnectedAsync(key, entry, timeToLive, token);
        try
        {
            return Bounded(database.StringSetAsync(Key(key), entry.Memory, Expiry(timeToLive), flags: Flags), token);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            return Task.FromException<bool>(error);
        }
    }

    private async Task<bool> StoreWhenConnectedAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        IDatabase database = await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        return await Bounded(database.StringSetAsync(Key(key), entry.Memory, Expiry(timeToLive), flags: Flags), token).ConfigureAwait(false);
    }
}
