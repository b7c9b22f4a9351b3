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
        return token.IsCancellationRequested ? Task.FromCanceled<byte[]?>(token) : shard.Node.GetAsync(key, token);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? ValueTask.FromCanceled<bool>(token) : shard.Node.TryGetAsync(key, destination, token);
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Shard shard = ShardOf(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : RefreshAsync(shard, key, token);
    }

    private async Task RefreshAsync(Shard shard, string key, CancellationToken token)
    {
        // Without a header there is no sliding expiry to renew.
        if (_codec.HeadLength == 0)
            return;

        try
        {
            byte[]? head = await shard.Node.GetHeadAsync(key, _codec.HeadLength, token).ConfigureAwait(false);
            if (head is not null && _codec.Read(key, head, out OpenedEntry opened) == EntryReading.Live && opened.Renewal is { } renewal)
                await shard.Node.ExpireAsync(key, renewal, token).ConfigureAwait(false);
            shard.Done(CacheOperation.Refresh);
        }
        catch (NodeException failure)
        {
            shard.WriteFailed(CacheOperation.Refresh, key, failure);
        }
    }
}
