using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>
/// <see cref="FailoverMode.NextNode"/>: the next live member of a key's preference list answers for an owner that is out, by
/// copies that are marked and short-lived (guests). So that clients who disagree about who is out never read what another has
/// replaced, every write and remove at the owner removes at the next one too.
/// </content>
internal sealed partial class ShardedCache
{
    /// <summary>Who answers when the key's owner is out; null when nobody does.</summary>
    private Shard? NextOf(string key)
    {
        if (_isStraight)
            return null;
        Span<int> owners = stackalloc int[2];
        _router.Locate(key, out ulong hash);
        return _ring.Locate(hash, owners) < 2 ? null : _shards[owners[1]];
    }

    /// <summary>Removes at the next nodes what is written at its owner, and writes there what is not.</summary>
    /// <returns>The keys that are yet to be removed: until then others may read an older guest.</returns>
    private async Task<IEnumerable<string>> WriteToNextAsync(
        IReadOnlyList<KeyedValue> entries, List<KeyedValue> guests, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        List<Task<IReadOnlyCollection<string>>> removes = [];
        List<Task> writes = [];
        HashSet<string> asGuests = new(guests.Select(static guest => guest.Key), StringComparer.Ordinal);
        foreach (IGrouping<Shard?, KeyedValue> part in entries.GroupBy(entry => NextOf(entry.Key)))
        {
            if (part.Key is not { } next)
                continue;
            List<string> removed = [.. part.Select(static entry => entry.Key).Where(key => !asGuests.Contains(key))];
            if (removed.Count > 0)
                removes.Add(RemovePartAsync(next, removed, token));
            KeyedValue[] written = [.. part.Where(entry => asGuests.Contains(entry.Key))];
            if (written.Length > 0)
                writes.Add(WriteGuestsAsync(next, written, lifetime, timeToLive, token));
        }

        await Task.WhenAll(writes).ConfigureAwait(false);
        return (await Task.WhenAll(removes).ConfigureAwait(false)).SelectMany(static keys => keys);
    }

    private async Task WriteGuestsAsync(
        Shard next, IReadOnlyList<KeyedValue> entries, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        await next.JoinedAsync(token).ConfigureAwait(false);
        TimeSpan stay = timeToLive < _guestLifetime ? timeToLive.Value : _guestLifetime;
        long end = (_time.GetUtcNow() + stay).ToUnixTimeMilliseconds();
        EntryLifetime asGuest = new(lifetime.Deadline < end ? lifetime.Deadline : end, Window: null);
        List<NodeWrite> writes = new(entries.Count);
        foreach (KeyedValue entry in entries)
        {
            if (next.Guard.CanWrite(entry.Key))
                writes.Add(new NodeWrite(entry.Key, next.Encode(entry.Key, entry.Value, asGuest, asGuest: true, entry.Annex.Span), stay));
            else
                next.NotWritten(Diagnostics.CacheOperation.Set, entry.Key);
        }

        if (writes.Count > 0)
            await next.SetManyAsync(writes, token).ConfigureAwait(false);
    }
}
