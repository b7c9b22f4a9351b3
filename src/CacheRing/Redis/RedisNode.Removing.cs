using CacheRing.Diagnostics;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Removing keys: by UNLINK, which leaves the work to another thread of the server, or by DEL where there is no UNLINK.</content>
internal sealed partial class RedisNode
{
    private volatile bool _hasNoUnlink;

    public async Task RemoveAsync(string key, CancellationToken token)
    {
        int epoch = Epoch;
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            await DeleteAsync(database, CopiesOf(key), token).ConfigureAwait(false);
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

    public async Task RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            List<Task> parts = [];
            foreach (string[] part in keys.Chunk(KeysPerCommand))
            {
                // All copies of a key in one command: between two, what was removed first might be put back from the others.
                RedisKey[] removed = Array.Exists(part, KeptKeys.Has) ? [.. part.SelectMany(CopiesOf)] : Array.ConvertAll(part, Key);
                parts.Add(DeleteAsync(database, removed, token));
            }

            foreach (Task part in parts)
                await part.ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    private async Task DeleteAsync(IDatabase database, RedisKey[] keys, CancellationToken token)
    {
        if (!_hasNoUnlink)
        {
            try
            {
                await Bounded(database.KeyDeleteAsync(keys, Flags), token).ConfigureAwait(false);
                return;
            }
            catch (RedisServerException error) when (RedisRefusals.IsOfCommand("UNLINK", error.Message))
            {
                _hasNoUnlink = true;
            }
        }

        await Bounded(database.ExecuteAsync("DEL", Array.ConvertAll(keys, static key => (object)key), Flags), token).ConfigureAwait(false);
    }
}
