using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// A Redis server (or Valkey, Garnet) over StackExchange.Redis. docs/redis.md lists the commands that the driver makes of
/// these calls, as the user of an ACL needs them.
/// </summary>
internal sealed partial class RedisNode : ICacheNode
{
    // A server that answers "moved" has another ring in mind; following it would hide that.
    private const CommandFlags Flags = CommandFlags.NoRedirect;

    private readonly RedisConnection _connection;
    private readonly RedisKey _prefix;
    private readonly bool _hasPrefix;
    private readonly TimeSpan? _deadline;
    private INodeClient _client = null!;

    public RedisNode(RedisNodeSettings settings)
    {
        Name = settings.Name;
        _connection = new RedisConnection(settings);
        _hasPrefix = settings.KeyPrefix.Length > 0;
        _prefix = Encoding.UTF8.GetBytes(settings.KeyPrefix);

        // The driver ends our own calls in time; a multiplexer of the user's may have other ideas.
        _deadline = settings.Factory is null ? null : settings.Timings.Operation;
    }

    public string Name { get; }

    public void Start(INodeClient client)
    {
        _client = client;
        _connection.Start();
    }

    // The calls that the hot path makes are in two halves. The first asks the driver, without a frame of its own; the second
    // awaits the answer, and keeps no more than that needs: what it holds is allocated anew for each call.
    public Task<byte[]?> GetAsync(string key, CancellationToken token) => OpenAsync(key, RequestAsync(key, token));

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token) =>
        OpenAsync(key, RequestAsync(key, token), destination);

    public async Task<byte[]?> GetHeadAsync(string key, int length, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);

            // The server has no other word for "no such key" than an empty range.
            RedisValue head = await Bounded(database.StringGetRangeAsync(Key(key), 0, length - 1, Flags), token).ConfigureAwait(false);
            return head.IsNullOrEmpty ? null : (byte[]?)head;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token) =>
        StoredAsync(key, entry, StoreAsync(key, entry, timeToLive, token));

    private async Task StoredAsync(string key, PooledEntry entry, Task<bool> reply)
    {
        try
        {
            await reply.ConfigureAwait(false);
            entry.Return();
            _client.Done(CacheOperation.Set);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            _client.WriteFailed(CacheOperation.Set, key, _connection.Explain(error, isWrite: true));
        }
    }

    public async Task RemoveAsync(string key, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            await Bounded(database.KeyDeleteAsync(Key(key), Flags), token).ConfigureAwait(false);
            _client.Done(CacheOperation.Remove);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            _client.WriteFailed(CacheOperation.Remove, key, _connection.Explain(error, isWrite: true));
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

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Expiration Expiry(TimeSpan? timeToLive) => timeToLive is { } span ? new Expiration(span) : default;

    private Task<Lease<byte>?> RequestAsync(string key, CancellationToken token)
    {
        if (_connection.Database is not { } database)
            return RequestWhenConnectedAsync(key, token);
        try
        {
            return Bounded(database.StringGetLeaseAsync(Key(key), Flags), token);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            return Task.FromException<Lease<byte>?>(error);
        }
    }

    private async Task<Lease<byte>?> RequestWhenConnectedAsync(string key, CancellationToken token)
    {
        IDatabase database = await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        return await Bounded(database.StringGetLeaseAsync(Key(key), Flags), token).ConfigureAwait(false);
    }

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

    private async Task<byte[]?> OpenAsync(string key, Task<Lease<byte>?> reply)
    {
        Lease<byte>? lease;
        try
        {
            lease = await reply.ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            _client.ReadFailed(key, _connection.Explain(error, isWrite: false));
            return null;
        }

        using (lease)
            return TryOpen(key, lease, out ReadOnlySpan<byte> value) ? value.ToArray() : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> OpenAsync(string key, Task<Lease<byte>?> reply, IBufferWriter<byte> destination)
    {
        Lease<byte>? lease;
        try
        {
            lease = await reply.ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            _client.ReadFailed(key, _connection.Explain(error, isWrite: false));
            return false;
        }

        using (lease)
        {
            if (!TryOpen(key, lease, out ReadOnlySpan<byte> value))
                return false;
            destination.Write(value);
            return true;
        }
    }

    private bool TryOpen(string key, Lease<byte>? lease, out ReadOnlySpan<byte> value)
    {
        if (lease is not null)
            return _client.TryOpen(key, lease.Span, out value);
        value = default;
        _client.Missed();
        return false;
    }

    private RedisKey Key(string key) => _hasPrefix ? ((RedisKey)key).Prepend(_prefix) : key;

    private Task<T> Bounded<T>(Task<T> task, CancellationToken token) =>
        _deadline is { } deadline ? task.WaitAsync(deadline, token)
        : token.CanBeCanceled ? task.WaitAsync(token)
        : task;
}
