using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Keys that are kept in several copies.</content>
internal sealed partial class RedisNode
{
    // The first line lets it run when the memory is full; servers before 7.0 do not know it.
    private const string EvenIfFull = "#!lua flags=allow-oom\n";

    private volatile bool _knowsFlags = true;
    private int _isRestoring;

    public async Task<byte[]?> ReplaceAsync(string key, byte[]? expected, byte[] replacement, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            byte[]? found = (byte[]?)await ReplaceAsync(database, CopiesOf(key), [expected ?? [], replacement], token).ConfigureAwait(false);
            return found is { Length: > 0 } ? found : null;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    private RedisKey[] CopiesOf(string key) => key switch
    {
        KeptKeys.Record => _recordKeys,
        KeptKeys.Everything => _everythingKeys,
        _ => [Key(key)],
    };

    /// <summary>Puts missing copies back. Not waited for: the next look does it if this does not.</summary>
    private void Restore(string key)
    {
        if (Interlocked.Exchange(ref _isRestoring, 1) == 0)
            _ = RestoreAsync(CopiesOf(key));
    }

    private async Task RestoreAsync(RedisKey[] copies)
    {
        try
        {
            if (_connection.Database is { } database)
                await ReplaceAsync(database, copies, [], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            // Refused, or not answered: one copy is left, and is as good.
        }
        finally
        {
            Volatile.Write(ref _isRestoring, 0);
        }
    }

    private async Task<RedisResult> ReplaceAsync(IDatabase database, RedisKey[] keys, RedisValue[] values, CancellationToken token)
    {
        if (_knowsFlags)
        {
            try
            {
                return await ExecuteAsync(EvenIfFull + KeptCopies.ReplaceScript).ConfigureAwait(false);
            }
            catch (RedisServerException error) when (error.Kind is not (RedisErrorKind.NoPermission or RedisErrorKind.ReadOnly or RedisErrorKind.Moved)
                && error.Message.Contains("ompil", StringComparison.Ordinal))
            {
                _knowsFlags = false;
            }
        }

        return await ExecuteAsync(KeptCopies.ReplaceScript).ConfigureAwait(false);

        Task<RedisResult> ExecuteAsync(string script) =>
            Bounded(database.ScriptEvaluateAsync(script, keys, values, Flags | CommandFlags.NoScriptCache), token);
    }
}
