using System.Globalization;
using CacheRing.Diagnostics;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>What a node is asked before it is used again: who it is, and an old connection's end.</content>
internal sealed partial class RedisNode
{
    // INFO is administration to the driver, which the user's own multiplexer may not allow.
    private const string InfoScript = "return redis.call('INFO', 'server')";

    // Without one of these a node seems well, and loses all that is written to it.
    private static readonly string[] Needed = ["GET", "MGET", "SET", "SETEX", "PSETEX", "DEL", "GETRANGE", "PEXPIRE", "EVAL", "EVALSHA"];

    private int _saidCannotEnd;

    public async Task<NodeGreeting> GreetAsync(string recordKey, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            int epoch = Epoch;
            Task<RedisResult> info = _connection.IsOwn
                ? database.ExecuteAsync("INFO", ["server"], Flags)
                : database.ExecuteAsync("EVAL", [InfoScript, 0], Flags);
            Task<RedisValue[]> record = database.StringGetAsync(CopiesOf(recordKey), Flags);

            // The command of every read: a user who may not run it is told so here, and not call by call.
            Task<RedisValue> plain = database.StringGetAsync(Key(recordKey), Flags);
            Task<RedisResult> commands = CommandsAsync(database);
            Task<RedisResult> id = database.ExecuteAsync("CLIENT", ["ID"], Flags);

            // The driver selects the database without waiting for an answer. Refused, all would go on in database 0.
            Task selected = database.Database > 0 ? database.ExecuteAsync("SELECT", [database.Database], Flags) : Task.CompletedTask;
            await Bounded(WhenAllAsync(selected, info, record, plain), token).ConfigureAwait(false);
            await ((Task)Bounded(id, token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)Bounded(commands, token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            string server = (string?)await info.ConfigureAwait(false) ?? "";
            NodeProcess process = new(FieldIn(server, "run_id:") ?? throw new RedisConnectionException(
                ConnectionFailureType.ProtocolFailure, CommandFlags.None, "The server does not say which process it is (INFO server, run_id)."));
            if (commands.IsCompletedSuccessfully && MissingOf(await commands.ConfigureAwait(false)) is { } missing)
                throw _connection.Fail(RedisRefusals.Missing(missing));

            // One that has all slots answers every command. It will not when there are two.
            if (FieldIn(server, "redis_mode:") == "cluster")
                throw _connection.Fail(NodeFailureKind.ClusterNode);

            // What it has cannot be removed.
            if (_connection.IsConnectedReplica())
                throw _connection.Fail(NodeFailureKind.ReadOnly);

            // Asked of two connections, the answers say nothing.
            if (Epoch != epoch)
                throw new RedisConnectionException(ConnectionFailureType.SocketClosed, CommandFlags.None, "The connection was replaced while it was being asked.");
            byte[]?[] copies = Array.ConvertAll(await record.ConfigureAwait(false), static copy => (byte[]?)copy);
            byte[]? agreed = KeptCopies.Agree(copies);
            return new NodeGreeting(epoch, process, agreed, id.IsCompletedSuccessfully ? (long?)await id.ConfigureAwait(false) : null)
            {
                Disagreeing = agreed is null ? [.. copies.OfType<byte[]>()] : [],
            };
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public async Task<bool> EndConnectionAsync(long connectionId, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);

            // None ended means that it had ended: as good.
            await Bounded(
                database.ExecuteAsync("CLIENT", ["KILL", "ID", connectionId.ToString(CultureInfo.InvariantCulture)], Flags), token).ConfigureAwait(false);
            return true;
        }
        catch (RedisServerException error) when (error.Kind is RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted
            or RedisErrorKind.UnknownCommand or RedisErrorKind.UnknownError or RedisErrorKind.Unknown)
        {
            SayCannotEnd("the server does not let this client's user run CLIENT KILL");
            return false;
        }
        catch (RedisCommandException)
        {
            // The driver's own refusal: scripts may not run it either, so that there is no other way.
            SayCannotEnd(_connection.IsOwn
                ? "its Configuration disables CLIENT"
                : "the application's multiplexer was made without allowAdmin, which CLIENT KILL needs");
            return false;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    // Asynchronous, so that a driver that may not send it says so by the task.
    private static async Task<RedisResult> CommandsAsync(IDatabase database) =>
        await database.ExecuteAsync("COMMAND", ["INFO", .. Needed], Flags).ConfigureAwait(false);

    // A server that may not be asked has not said that it lacks one.
    private static string? MissingOf(RedisResult commands)
    {
        if (commands.IsNull || commands.Length != Needed.Length)
            return null;
        string[] missing = [.. Needed.Where((_, i) => commands[i].IsNull)];
        return missing.Length == 0 ? null : string.Join(", ", missing);
    }

    private void SayCannotEnd(string why)
    {
        if (Interlocked.Exchange(ref _saidCannotEnd, 1) == 0)
            LogEvents.CannotEndConnection(_logger, Name, why);
    }

    private static async Task<bool> WhenAllAsync(params Task[] tasks)
    {
        await Task.WhenAll(tasks).ConfigureAwait(false);
        return true;
    }

    private static string? FieldIn(string info, string name)
    {
        int start = info.IndexOf(name, StringComparison.Ordinal);
        if (start < 0)
            return null;
        ReadOnlySpan<char> rest = info.AsSpan(start + name.Length);
        int end = rest.IndexOfAny('\r', '\n');
        return (end < 0 ? rest : rest[..end]).ToString();
    }
}
