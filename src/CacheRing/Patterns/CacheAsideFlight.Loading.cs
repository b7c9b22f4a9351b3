using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Invalidation;
using CacheRing.Sharding;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <content>Loading, and storing what was loaded.</content>
internal sealed partial class CacheAsideFlight<T>
{
    /// <summary>Loads; if that fails and there is an expired value, gives out that.</summary>
    private async Task LoadOrStaleAsync(Search search)
    {
        if (!search.HasStale)
        {
            await LoadAsync(search.Fill, search.Held).ConfigureAwait(false);
            return;
        }

        try
        {
            await LoadAsync(search.Fill, search.Held).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the factory throws, there is a value.
        catch (Exception error) when (!Abandoned.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _parts.Resting.TryAdd(_request.Key, _policy.RetryDelay);

            // Read again: the load was for callers who came after the first read, and it might have been removed before that.
            BeginStep();
            LoadState state = await ReadAsync(lease: null, Abandoned).ConfigureAwait(false);
            if (state != LoadState.Value || _verdict == Verdict.Void)
                throw;
            LogEvents.GaveStale(_parts.Logger, typeof(T), error);
            ServeStale();
        }
    }

    /// <param name="fill">Where to store it; null: nowhere.</param>
    /// <param name="held">The lease to be renewed meanwhile; null: none.</param>
    private async Task LoadAsync(KeyLoad? fill, KeyLoad? held)
    {
        // An elected one is given up at the end of the search.
        KeyLoad? lease = held == fill ? held : null;
        T loaded;
        long begun;
        try
        {
            if (fill is not null && !await HasVersionsAsync(fill.Shard).ConfigureAwait(false))
                fill = null;

            // What is loaded from here on is for all who are here by now.
            BeginStep();
            if (_policy.WritesLocal && _parts.Local is { } local)
                _validity = local.Capture((fill ?? _load)?.Shard ?? _parts.Cache.OwnerOf(_request.Key), _request.Key, _request.Tags);
            begun = _parts.Time.GetTimestamp();
            loaded = await RunFactoryAsync(held).ConfigureAwait(false);
        }
        catch when (lease is not null)
        {
            // So that others need not wait for its end.
            await lease.GiveUpAsync().ConfigureAwait(false);
            throw;
        }

        TimeSpan took = _parts.Time.GetElapsedTime(begun);
        using PooledWriter writer = new();
        bool isWritten = (_policy.ExpirationOf(loaded is null) is not null || NeedsCopies) && TryWrite(loaded, writer);
        bool isStored = await StoreAsync(loaded, isWritten ? writer.Memory : (ReadOnlyMemory<byte>?)null, fill, took).ConfigureAwait(false);
        _parts.Meter.Count(_isRefresh ? LoadOutcome.Refreshed : LoadOutcome.Loaded);
        Copies<T>? copies = isWritten && NeedsCopies ? CopiesOf(writer.Memory.ToArray()) : null;
        Serve(loaded, copies);
        EndFill(loaded, isStored, copies);
    }

    private async ValueTask<T> RunFactoryAsync(KeyLoad? held)
    {
        LeaseKeeper? keeper = held is null ? null : new(held, _policy.Lease, _parts.Time);
        long begun = _parts.Time.GetTimestamp();
        bool hasLoaded = false;
        try
        {
            T loaded = await _request.LoadAsync(Abandoned).ConfigureAwait(false);
            hasLoaded = true;
            return loaded;
        }
        finally
        {
            _parts.Meter.Loaded(_parts.Time.GetElapsedTime(begun), hasLoaded);
            if (!hasLoaded)
                _parts.Meter.Count(LoadOutcome.Failed);
            if (keeper is not null)
                await keeper.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stores what was loaded, if it could be written.</summary>
    /// <returns>Whether nothing has changed the key, or removed one of its tags, since the miss.</returns>
    private async ValueTask<bool> StoreAsync(T loaded, ReadOnlyMemory<byte>? written, KeyLoad? fill, TimeSpan took)
    {
        if (_policy.ExpirationOf(loaded is null) is not { } expiration || written is not { } bytes || !Accepts(bytes.Length))
        {
            if (fill is not null && fill == _load)
                await fill.GiveUpAsync().ConfigureAwait(false);
            return false;
        }

        EntryTerms terms = EntryTerms.Of(_policy, expiration, took, _parts.Time.GetUtcNow());
        if (fill is null)
        {
            if (!_policy.WritesNodes)
                KeepLocally(loaded, bytes, terms);
            else
                _parts.Meter.Count(FillResult.Dropped);
            return false;
        }

        TagVersion[] tags = [.. _request.Tags.Select((tag, i) => new TagVersion(tag, _tagVersions[i]))];
        byte[] annex = EntryAnnex.Make(terms.FreshUntil, terms.LoadMilliseconds, _everything, tags);

        // Whoever comes once it is sent has to read for themselves: it may have been stored, and be removed, before they came.
        bool hasLate = BeginFill();
        FillOutcome outcome = await fill.FillAsync(
            new ReadOnlySequence<byte>(bytes), terms.Lifetime, annex, CancellationToken.None).ConfigureAwait(false);
        _parts.Meter.Count((FillResult)outcome);
        if (outcome != FillOutcome.Stored)
            return false;
        foreach (string tag in _request.Tags)
            TagVersions.Prolong(fill.Shard, tag);
        KeepLocally(loaded, bytes, terms);
        return !hasLate || await AreTagsCurrentAsync(fill.Shard, tags).ConfigureAwait(false);
    }

    private bool TryWrite(T loaded, PooledWriter writer)
    {
        try
        {
            _format.Write(loaded, writer);
            return true;
        }
#pragma warning disable CA1031 // Whatever a serializer throws: the caller has asked for the value, and there it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.UnwritableValue(_parts.Logger, typeof(T), error);
            return false;
        }
    }

    private bool Accepts(int length)
    {
        if (_parts.Cache.Accepts(length))
            return true;
        _parts.Meter.Count(FillResult.TooLarge);
        LogEvents.TooLargeToKeep(_parts.Logger, length);
        return false;
    }

    /// <summary>Gives a version to each tag that has none on this node; false when it does not answer.</summary>
    private async ValueTask<bool> HasVersionsAsync(Shard shard)
    {
        if (_everything == 0)
        {
            int epoch = shard.Node.Epoch;
            long askedAt = _parts.Time.GetTimestamp();
            _everything = await TagVersions.PlantAsync(shard, TagKeys.Everything, Abandoned).ConfigureAwait(false);
            if (_everything == 0)
                return false;
            _parts.Everything.Confirm(shard, _everything, epoch, askedAt);
        }

        for (int i = 0; i < _tagVersions.Length; i++)
        {
            if (_tagVersions[i] == 0)
                _tagVersions[i] = await TagVersions.PlantAsync(shard, _request.Tags[i], Abandoned).ConfigureAwait(false);
            if (_tagVersions[i] == 0)
                return false;
        }

        return true;
    }

    // Removing a tag does not touch the key, so that a fill is stored all the same.
    private ValueTask<bool> AreTagsCurrentAsync(Shard shard, TagVersion[] tags)
    {
        bool isFresh = _parts.Everything.FreshVersion(shard) == _everything;
        return isFresh && tags.Length == 0
            ? new ValueTask<bool>(true)
            : TagVersions.AreCurrentAsync(shard, isFresh ? tags : [new TagVersion(TagKeys.Everything, _everything), .. tags], CancellationToken.None);
    }
}
