using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Reading one key.</content>
internal sealed partial class RedisNode
{
    // The calls that the hot path makes are in two halves. The first asks the driver, without a frame of its own; the second
    // awaits the answer, and keeps no more than that needs: what it holds is allocated anew for each call.
    public Task<byte[]?> GetAsync(string key, CancellationToken token) => OpenAsync(key, Epoch, RequestAsync(key, token), token);

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token) =>
        OpenAsync(key, Epoch, RequestAsync(key, token), destination, token);

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

    public async Task<StoredPair> GetPairAsync(string first, string second, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            RedisValue[] values = await Bounded(database.StringGetAsync([.. CopiesOf(first), Key(second)], Flags), token).ConfigureAwait(false);
            byte[]?[] copies = Array.ConvertAll(values[..^1], static copy => (byte[]?)copy);
            byte[]? agreed = KeptCopies.Agree(copies);
            if (agreed is not null && Array.IndexOf(copies, null) >= 0)
                Restore(first);
            return new StoredPair(agreed, (byte[]?)values[^1]);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

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

    // One variable and one kind of awaiter for the answer and for what follows a failure: each field of this frame is allocated
    // for each call.
    private async Task<byte[]?> OpenAsync(string key, int epoch, Task pending, CancellationToken token)
    {
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pending.IsCompletedSuccessfully)
        {
            // Before and after: what was not current when it was opened may be by now, and the other way round.
            using Lease<byte>? lease = Finished<Lease<byte>?>(pending);
            bool isOvertaken = _client.IsOvertaken(epoch);
            if (TryOpen(key, epoch, lease, out ReadOnlySpan<byte> value))
                return value.ToArray();
            if (!isOvertaken && !_client.IsOvertaken(epoch))
                return null;
        }

        pending = RecoverAsync(key, pending, token);
        await pending.ConfigureAwait(ConfigureAwaitOptions.None);
        return Finished<byte[]?>(pending);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> OpenAsync(string key, int epoch, Task pending, IBufferWriter<byte> destination, CancellationToken token)
    {
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pending.IsCompletedSuccessfully)
        {
            using Lease<byte>? lease = Finished<Lease<byte>?>(pending);
            bool isOvertaken = _client.IsOvertaken(epoch);
            if (TryOpen(key, epoch, lease, out ReadOnlySpan<byte> value))
            {
                destination.Write(value);
                return true;
            }

            if (!isOvertaken && !_client.IsOvertaken(epoch))
                return false;
        }

        pending = RecoverAsync(key, pending, token);
        await pending.ConfigureAwait(ConfigureAwaitOptions.None);
        byte[]? late = Finished<byte[]?>(pending);
        destination.Write(late);
        return late is not null;
    }

    /// <summary>What follows a read that has failed, or whose answer does not count.</summary>
    private async Task<byte[]?> RecoverAsync(string key, Task failed, CancellationToken token)
    {
        try
        {
            await failed.ConfigureAwait(false);
            throw new RedisConnectionException(ConnectionFailureType.SocketClosed, CommandFlags.None, "The connection was replaced before its answer counted.");
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            return await _client.ReadFailedAsync(key, _connection.Explain(error, isWrite: false), token).ConfigureAwait(false);
        }
    }

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "It has ended.")]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "It has ended.")]
    private static T Finished<T>(Task ended) => Unsafe.As<Task<T>>(ended).Result;

    private bool TryOpen(string key, int epoch, Lease<byte>? lease, out ReadOnlySpan<byte> value)
    {
        if (lease is not null)
            return _client.TryOpen(key, epoch, lease.Span, out value);
        value = default;
        _client.Missed();
        return false;
    }
}
