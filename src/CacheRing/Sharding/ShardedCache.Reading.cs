using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;

namespace CacheRing.Sharding;

/// <content>Reading one key.</content>
internal sealed partial class ShardedCache
{
    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled<byte[]?>(token)
            : shard.ReadsDirectly(key) && !EverywhereKeys.Has(key) ? shard.Node.GetAsync(key, token)
            : ReadAsync(shard, key, token);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? ValueTask.FromCanceled<bool>(token)
            : shard.ReadsDirectly(key) && !EverywhereKeys.Has(key) ? shard.Node.TryGetAsync(key, destination, token)
            : ReadAsync(shard, key, destination, token);
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : RefreshAsync(shard, key, token);
    }

    /// <summary>Reads where there is more to it than a read: the node is out, or to be asked for its generation, and so on.</summary>
    private async Task<byte[]?> ReadAsync(Shard shard, string key, CancellationToken token)
    {
        if (EverywhereKeys.Has(key))
            return await ReadEverywhereAsync(key, token).ConfigureAwait(false);

        await shard.JoinedAsync(token).ConfigureAwait(false);
        bool isQuarantined = shard.Guard.IsQuarantined(key);
        if (!shard.Guard.IsServing)
            return await ReadFromNextAsync(shard, key, token).ConfigureAwait(false);
        if (!isQuarantined)
            return await shard.ReadAsync(key, token).ConfigureAwait(false);
        shard.Missed();
        return null;
    }

    private async ValueTask<bool> ReadAsync(Shard shard, string key, IBufferWriter<byte> destination, CancellationToken token)
    {
        byte[]? value = await ReadAsync(shard, key, token).ConfigureAwait(false);
        destination.Write(value);
        return value is not null;
    }

    private async ValueTask<byte[]?> ReadFromNextAsync(Shard owner, string key, CancellationToken token)
    {
        if (NextOf(key) is { } next && await ReadPartAsync(next, [key], asGuests: true, token).ConfigureAwait(false) is { } read)
        {
            Dictionary<string, byte[]?> found = new(StringComparer.Ordinal);
            read.AddTo(found);
            return found.GetValueOrDefault(key);
        }

        owner.NotRead(key);
        return null;
    }

    private async Task RefreshAsync(Shard shard, string key, CancellationToken token)
    {
        // Without a header there is no sliding expiry to renew.
        if (_codec.HeadLength == 0)
            return;

        await shard.JoinedAsync(token).ConfigureAwait(false);
        if (!shard.Guard.IsServing)
        {
            shard.NotCalled(CacheOperation.Refresh, shard.Reason(), keys: 1);
            return;
        }

        int epoch = shard.Node.Epoch;
        try
        {
            byte[]? head = await shard.Node.GetHeadAsync(key, _codec.HeadLength, token).ConfigureAwait(false);
            if (head is not null && _codec.Read(key, head, shard.Node.Traits.EndsOnTime, out OpenedEntry opened) == EntryReading.Live && opened.Renewal is { } renewal)
                await shard.Node.ExpireAsync(key, renewal, token).ConfigureAwait(false);
            shard.Done(CacheOperation.Refresh, key, epoch);
        }
        catch (NodeException failure)
        {
            shard.WriteFailed(CacheOperation.Refresh, key, epoch, failure);
        }
    }
}
