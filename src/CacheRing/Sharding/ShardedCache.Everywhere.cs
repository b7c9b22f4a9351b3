using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>
/// The keys of <see cref="EverywhereKeys"/>. Their values are times that only grow: the newest of
/// all copies counts, also those of an earlier generation, and a copy that is older than the last write does no harm. When so
/// many nodes do not answer that the newest may be among those, reads and writes throw.
/// </content>
internal sealed partial class ShardedCache
{
    /// <summary>How many of the nodes may be missing: less than half of them; one, where there are two.</summary>
    private int MissingAllowed => _live.Length < 2 ? 0 : Math.Max(1, (_live.Length - 1) / 2);

    private async Task<byte[]?> ReadEverywhereAsync(string key, CancellationToken token)
    {
        EverywhereReader?[] readers = await Task.WhenAll(_live.Select(async shard =>
        {
            await shard.JoinedAsync(token).ConfigureAwait(false);
            EverywhereReader reader = new(shard, key);
            return shard.Guard.IsServing && await shard.TryGetManyAsync([key], reader, token).ConfigureAwait(false) is null ? reader : null;
        })).ConfigureAwait(false);

        ThrowIfUnsure(readers.Count(static reader => reader is null), isWrite: false);
        byte[]? newest = readers.Where(static reader => reader?.Value is not null).MaxBy(static reader => reader!.Rank)?.Value;

        (newest is null ? (Action<Shard>)(static shard => shard.Missed())
            : static shard => shard.Answered(Diagnostics.CacheOperation.Get, Diagnostics.CacheOutcome.Hit))(ShardOf(key));
        return newest;
    }

    private async Task WriteEverywhereAsync(KeyedValue entry, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        bool[] written = await Task.WhenAll(_live.Select(async shard =>
        {
            await shard.JoinedAsync(token).ConfigureAwait(false);
            if (!shard.Guard.CanWrite(entry.Key))
            {
                shard.NotWritten(Diagnostics.CacheOperation.Set, entry.Key);
                return false;
            }

            NodeWrite write = new(entry.Key, shard.Encode(entry.Key, entry.Value, lifetime), timeToLive);
            return (await shard.SetManyAsync([write], token).ConfigureAwait(false)).Failures[0] is null;
        })).ConfigureAwait(false);
        ThrowIfUnsure(written.Count(static isWritten => !isWritten), isWrite: true);
    }

    private void ThrowIfUnsure(int missing, bool isWrite)
    {
        if (missing <= MissingAllowed)
            return;
        NodeException reason = (Array.Find(_live, static shard => !shard.Guard.IsServing || shard.Guard.Reason is not null) ?? _live[0]).Reason();
        throw new NodeException(
            reason.NodeName,
            reason.Kind,
            FormattableString.Invariant(
                $"{missing} of {_live.Length} nodes did not answer, so that it is not sure {(isWrite ? "that the invalidation of a tag holds" : "whether a tag was invalidated")}. It takes {_live.Length - MissingAllowed} of them."),
            reason);
    }

    /// <summary>Takes one node's copy, whatever its generation.</summary>
    private sealed class EverywhereReader(Shard shard, string key) : IStoredReader
    {
        public byte[]? Value { get; private set; }

        public long Rank { get; private set; }

        public void Read(int index, ReadOnlySpan<byte> stored)
        {
            if (!shard.TryUnpack(key, stored, out OpenedEntry opened))
                return;
            Value = stored[opened.ValueOffset..].ToArray();
            Rank = EverywhereKeys.RankOf(key, stored, Value);
        }
    }
}
