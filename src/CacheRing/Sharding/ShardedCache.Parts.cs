using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>
/// What one node is asked for a batch, or for a single key beyond the hot path: only if it serves, and only what it may have
/// or give out; else the next node, or nobody.
/// </content>
internal sealed partial class ShardedCache
{
    /// <summary>Reads from a node, its generation confirmed.</summary>
    /// <returns>What was read; null when the node did not answer.</returns>
    private async Task<BatchReader?> ReadPartAsync(Shard shard, List<string> keys, bool asGuests, CancellationToken token)
    {
        for (bool isAgain = false; ; isAgain = true)
        {
            await shard.JoinedAsync(token).ConfigureAwait(false);
            if (!shard.Guard.IsServing)
                return null;

            bool confirms = !shard.Guard.IsFresh;
            ulong generation = shard.Guard.Generation;
            List<string> asked = confirms || shard.Guard.HasHints ? AskedOf(shard, keys, confirms) : keys;

            // Hints may have been given up while they were looked at.
            if (!shard.Guard.IsServing)
                return null;
            BatchReader reader = new(shard, asked, confirms, asGuests);
            long askedAt = _time.GetTimestamp();
            if (asked.Count > 0 && await shard.TryGetManyAsync(asked, reader, token).ConfigureAwait(false) is { } failure)
            {
                if (!isAgain && await shard.IsBackAsync(failure, token).ConfigureAwait(false))
                    continue;
                return null;
            }

            // Opened by what was believed before: that must have been right, and on the connection that is still in use.
            bool isRight = confirms
                ? shard.Guard.Confirm(reader.Record, reader.Epoch, askedAt) && shard.Guard.Generation == generation
                : !shard.IsOvertaken(reader.Epoch);
            if (!isRight)
            {
                if (!isAgain && (confirms || await shard.IsBackAsync(shard.Overtaken(), token).ConfigureAwait(false)))
                    continue;
                reader = new BatchReader(shard, [], hasRecord: false, asGuests);
            }

            shard.Answered(CacheOperation.Get, CacheOutcome.Hit, reader.Found);
            shard.Answered(CacheOperation.Get, CacheOutcome.Miss, keys.Count - reader.Found);
            return reader;
        }
    }

    /// <summary>The record of the generation, if it is to be confirmed, and the keys that may be read.</summary>
    private static List<string> AskedOf(Shard shard, List<string> keys, bool confirms)
    {
        List<string> asked = new(keys.Count + 1);
        if (confirms)
            asked.Add(GenerationRecord.Key);
        asked.AddRange(keys.Where(key => !shard.Guard.IsQuarantined(key)));
        return asked;
    }

    /// <summary>Writes to a node; where another may be asked for it, removes there, or writes there if the node is out.</summary>
    /// <returns>The keys that are not on their node now, or of which another may have an older value, and why.</returns>
    private async Task<List<KeyValuePair<string, NodeException>>> WritePartAsync(
        Shard shard, IReadOnlyList<KeyedValue> entries, EntryLifetime lifetime, TimeSpan? timeToLive, CancellationToken token)
    {
        for (bool isAgain = false; ; isAgain = true)
        {
            await shard.JoinedAsync(token).ConfigureAwait(false);
            List<KeyValuePair<string, NodeException>> failures = [];
            List<NodeWrite> writes = new(entries.Count);
            List<KeyedValue> waiting = [];
            foreach (KeyedValue entry in entries)
            {
                if (shard.Guard.CanWrite(entry.Key))
                {
                    writes.Add(new NodeWrite(entry.Key, shard.Encode(entry.Key, entry.Value, lifetime, annex: entry.Annex.Span), timeToLive));
                    continue;
                }

                waiting.Add(entry);
                failures.Add(new(entry.Key, shard.Reason()));
                shard.NotWritten(CacheOperation.Set, entry.Key);
            }

            Task<IEnumerable<string>> others = _isStraight
                ? Task.FromResult<IEnumerable<string>>([])
                : WriteToNextAsync(entries, shard.Guard.IsServing ? [] : waiting, lifetime, timeToLive, token);
            ManyWritten written = writes.Count > 0 ? await shard.SetManyAsync(writes, token).ConfigureAwait(false) : new([], IsConfirmed: true);
            for (int i = 0; i < written.Failures.Length; i++)
            {
                if (written.Failures[i] is { } failure)
                    failures.Add(new(writes[i].Key, failure));
            }

            string[] unheard = [.. (await others.ConfigureAwait(false)).Except(failures.Select(static failure => failure.Key))];

            // In a generation that is not the node's any more nobody can read them. A raw set is last-write-wins, this one as well.
            if (!written.IsConfirmed && !isAgain)
                continue;
            failures.AddRange(unheard.Select(key => KeyValuePair.Create(key, NextOf(key)!.Reason())));
            return failures;
        }
    }

    /// <summary>Removes at a node.</summary>
    /// <returns>The keys that it has not removed.</returns>
    private static async Task<IReadOnlyCollection<string>> RemovePartAsync(Shard shard, List<string> keys, CancellationToken token)
    {
        try
        {
            await shard.JoinedAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            foreach (string key in keys)
                shard.NotWritten(CacheOperation.Remove, key);
            throw;
        }

        List<string> asked = new(keys.Count);
        List<string> waiting = [];
        foreach (string key in keys)
        {
            if (shard.Guard.CanWrite(key))
            {
                asked.Add(key);
                continue;
            }

            waiting.Add(key);
            shard.NotWritten(CacheOperation.Remove, key);
        }

        if (asked.Count > 0 && !await shard.TryRemoveManyAsync(asked, token).ConfigureAwait(false))
            waiting.AddRange(asked);
        return waiting;
    }
}
