using System.Runtime.CompilerServices;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// A Redis server (or Valkey, Garnet) over StackExchange.Redis. Commands: GET, GETRANGE, SET with EX or PX, DEL, PEXPIRE,
/// MGET.
/// </summary>
internal sealed partial class RedisNode : ICacheNode
{
    // A server that answers "moved" has another ring in mind; following it would hide that.
    private const CommandFlags Flags = CommandFlags.NoRedirect;

    private readonly RedisConnection _connection;
    private readonly RedisKey _prefix;
    private readonly bool _hasPrefix;
    private readonly TimeSpan? _deadline;

    public RedisNode(RedisNodeSettings settings)
    {
        Name = settings.Name;
        _connection = new RedisConnection(settings);
        _hasPrefix = settings.KeyPrefix.Length > 0;
        _prefix = System.Text.Encoding.UTF8.GetBytes(settings.KeyPrefix);

        // The driver ends our own calls in time; a multiplexer of the user's may have other ideas.
        _deadline = settings.Factory is null ? null : settings.Timings.Operation;
    }

    public string Name { get; }

    public void Start() => _connection.Start();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StoredValue> GetAsync(string key, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            Lease<byte>? lease = await Bounded(database.StringGetLeaseAsync(Key(key), Flags), token).ConfigureAwait(false);
            return lease is null ? default : new StoredValue(lease.Memory, lease);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public async ValueTask<StoredValue> GetHeadAsync(string key, int length, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            RedisValue head = await Bounded(database.StringGetRangeAsync(Key(key), 0, length - 1, Flags), token).ConfigureAwait(false);

            // The server has no other word for "no such key" than an empty range.
            return head.IsNullOrEmpty ? default : new StoredValue((ReadOnlyMemory<byte>)head);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            await Bounded(database.StringSetAsync(Key(key), bytes, Expiry(timeToLive), flags: Flags), token).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RemoveAsync(string key, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            await Bounded(database.KeyDeleteAsync(Key(key), Flags), token).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    public async ValueTask ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
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

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Expiration Expiry(TimeSpan? timeToLive) => timeToLive is { } span ? new Expiration(span) : default;

    private RedisKey Key(string key) => _hasPrefix ? ((RedisKey)key).Prepend(_prefix) : key;

    private Task<T> Bounded<T>(Task<T> task, CancellationToken token) =>
        _deadline is { } deadline ? task.WaitAsync(deadline, token)
        : token.CanBeCanceled ? task.WaitAsync(token)
        : task;
}
