using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Invalidation;
using CacheRing.Nodes;
using CacheRing.Sharding;

namespace CacheRing.Patterns;

/// <summary>
/// Reads many keys of one node in one round trip, with what confirms its generation and the tag of everything, where that is
/// due. What is not to be given out as it is (stale, with tags, unreadable, a guest's) reads as a miss, which the key's own
/// flight looks into.
/// </summary>
internal sealed class ManyReader<T>(CacheAsideParts parts, Shard shard, IReadOnlyList<string> keys) : IStoredReader
{
    private readonly ValueFormat<T> _format = parts.Formats.Get<T>();
    private readonly Hit?[] _hits = new Hit?[keys.Count];
    private int _epoch;
    private byte[]? _record;
    private ulong _everything;
    private int _recordAt = -1;
    private int _everythingAt = -1;
    private int _firstKey;

    /// <summary>What was found, by the place of its key; null for a miss.</summary>
    public IReadOnlyList<Hit?> Hits => _hits;

    /// <summary>Never throws for a node that does not answer: all are misses then.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        await shard.JoinedAsync(cancellation).ConfigureAwait(false);
        if (await TryReadAsync(cancellation).ConfigureAwait(false) is { } failure
            && await shard.IsBackAsync(failure, cancellation).ConfigureAwait(false))
            await TryReadAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<NodeException?> TryReadAsync(CancellationToken cancellation)
    {
        NodeGuard guard = shard.Guard;
        if (guard.HasHints && (guard.IsQuarantined(EverythingBoard.Key) || keys.Any(guard.IsQuarantined)))
            return null;
        if (!guard.IsServing)
            return null;
        _epoch = shard.Node.Epoch;
        _record = null;
        _recordAt = _everythingAt = -1;
        bool confirms = !guard.IsFresh;
        ulong generation = guard.Generation;
        _everything = parts.Everything.FreshVersion(shard);
        long askedAt = parts.Time.GetTimestamp();
        List<string> asked = new(keys.Count + 2);
        if (confirms)
        {
            _recordAt = asked.Count;
            asked.Add(GenerationRecord.Key);
        }

        if (_everything == 0)
        {
            _everythingAt = asked.Count;
            asked.Add(EverythingBoard.Key);
        }

        _firstKey = asked.Count;
        asked.AddRange(keys);
        if (await shard.TryGetManyAsync(asked, this, cancellation).ConfigureAwait(false) is { } failure)
        {
            Array.Clear(_hits);
            return failure;
        }

        // Opened by what was believed before: that must have been right.
        bool isRight = confirms
            ? guard.Confirm(_record, _epoch, askedAt) && guard.Generation == generation
            : guard.IsCurrent(_epoch);
        if (!isRight)
            Array.Clear(_hits);
        if (!isRight && shard.IsOvertaken(_epoch))
            return shard.Overtaken();
        if (isRight && _everythingAt >= 0 && _everything != 0)
            parts.Everything.Confirm(shard, _everything, _epoch, askedAt);
        int found = _hits.Count(static hit => hit is not null);
        shard.Answered(CacheOperation.Get, CacheOutcome.Hit, found);
        return null;
    }

    void IStoredReader.Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index == _recordAt)
        {
            _record = stored.ToArray();
        }
        else if (index == _everythingAt)
        {
            _everything = TagKeys.VersionIn(stored);
        }
        else if (shard.TryUnpack(keys[index - _firstKey], stored, out OpenedEntry opened)
            && !opened.IsGuest && shard.Guard.MayRead(_epoch, opened.Generation, opened.Stamp))
        {
            _hits[index - _firstKey] = Open(stored.Slice(opened.Annex.Offset, opened.Annex.Length), stored[opened.ValueOffset..], opened.ServersDeadline);
        }
    }

    private Hit? Open(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value, long? serversDeadline)
    {
        if (!EntryAnnex.TryRead(annex, out EntryAnnex notes) || notes.Everything != _everything || _everything == 0 || notes.TagCount > 0)
            return null;
        if (notes.FreshUntil != serversDeadline && parts.Time.GetUtcNow().ToUnixTimeMilliseconds() >= notes.FreshUntil)
            return null;
        try
        {
            byte[]? copy = parts.Local is not null && !_format.IsShareable ? value.ToArray() : null;
            return new Hit(_format.Read(value), notes.FreshUntil, notes.LoadMilliseconds, value.Length, copy);
        }
#pragma warning disable CA1031 // Whatever a serializer throws: what cannot be read is no value, and is loaded anew.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.UnreadableValue(parts.Logger, typeof(T), error);
            return null;
        }
    }

    /// <param name="Value">The value.</param>
    /// <param name="FreshUntil">When it expires.</param>
    /// <param name="LoadMilliseconds">How long its load took.</param>
    /// <param name="Size">Its bytes.</param>
    /// <param name="Bytes">The bytes, where the local cache needs them.</param>
    internal sealed record Hit(T Value, long FreshUntil, int LoadMilliseconds, int Size, byte[]? Bytes);
}
