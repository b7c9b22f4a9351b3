using System.Buffers;
using System.Runtime.CompilerServices;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>Reading one key.</content>
internal sealed partial class ShardedCache
{
    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled<byte[]?>(token) : GetAsync(shard, key, token);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? ValueTask.FromCanceled<bool>(token) : TryGetAsync(shard, key, destination, token);
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : RefreshAsync(shard, key, token);
    }

    private async Task<byte[]?> GetAsync(Shard shard, string key, CancellationToken token)
    {
        try
        {
            using StoredValue stored = await shard.Node.GetAsync(key, token).ConfigureAwait(false);
            return TryOpen(shard, key, stored, out ReadOnlySpan<byte> value) ? value.ToArray() : null;
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Get, failure, key);
            if (_throwOnReadFailure)
                throw;
            return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryGetAsync(Shard shard, string key, IBufferWriter<byte> destination, CancellationToken token)
    {
        try
        {
            using StoredValue stored = await shard.Node.GetAsync(key, token).ConfigureAwait(false);
            if (!TryOpen(shard, key, stored, out ReadOnlySpan<byte> value))
                return false;
            destination.Write(value);
            return true;
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Get, failure, key);
            if (_throwOnReadFailure)
                throw;
            return false;
        }
    }

    private async Task RefreshAsync(Shard shard, string key, CancellationToken token)
    {
        // Without a header there is no sliding expiry to renew.
        if (_codec.HeadLength == 0)
            return;

        try
        {
            using StoredValue stored = await shard.Node.GetHeadAsync(key, _codec.HeadLength, token).ConfigureAwait(false);
            if (stored.Exists
                && _codec.Read(stored.Bytes.Span, out OpenedEntry opened) == EntryReading.Live
                && opened.Renewal is { } renewal)
            {
                await shard.Node.ExpireAsync(key, renewal, token).ConfigureAwait(false);
            }

            shard.Answered(CacheOperation.Refresh, CacheOutcome.Ok);
        }
        catch (NodeException failure)
        {
            shard.Failed(CacheOperation.Refresh, failure, key);
        }
    }

    /// <summary>The value, if what the node holds is one; renews a sliding entry without waiting.</summary>
    private bool TryOpen(Shard shard, string key, in StoredValue stored, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!stored.Exists)
        {
            shard.Answered(CacheOperation.Get, CacheOutcome.Miss);
            return false;
        }

        EntryReading reading = _codec.Read(stored.Bytes.Span, out OpenedEntry opened);
        if (reading != EntryReading.Live)
        {
            if (reading == EntryReading.Unreadable)
                shard.FoundUnreadable();
            shard.Answered(CacheOperation.Get, CacheOutcome.Miss);
            return false;
        }

        if (opened.Renewal is { } renewal)
            shard.Node.ExpireUnawaited(key, renewal);
        value = stored.Bytes.Span[opened.ValueOffset..];
        shard.Answered(CacheOperation.Get, CacheOutcome.Hit);
        return true;
    }
}
