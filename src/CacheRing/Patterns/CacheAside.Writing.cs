using CacheRing.Diagnostics;

namespace CacheRing.Patterns;

/// <content>What those need who change the store as well: the store first, then the cache, by token.</content>
internal sealed partial class CacheAside
{
    /// <summary>Changes the store, and then the cache.</summary>
    /// <param name="key">The key.</param>
    /// <param name="write">Changes the store.</param>
    /// <param name="bytes">The new value, to be left in the cache if nobody else has changed the key meanwhile; null: nothing is.</param>
    /// <param name="policy">How it is cached.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<RemoveOutcome> ChangeAsync(
        string key, Func<CancellationToken, ValueTask> write, ReadOnlyMemory<byte>? bytes, EntryPolicy policy, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!IsFit(key))
        {
            await write(cancellation).ConfigureAwait(false);
            return RemoveOutcome.Applied;
        }

        WriteToken? token = bytes is { } value ? await TokenForAsync(key, value.Length, policy, cancellation).ConfigureAwait(false) : null;
        try
        {
            await write(cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Whether the store has changed is not known then: what is cached may be old.
            if (error is OperationCanceledException or TimeoutException)
                await RemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
            if (token is not null)
                await token.GiveUpAsync().ConfigureAwait(false);
            throw;
        }

        return await ChangedAsync(key, token, bytes ?? default, policy).ConfigureAwait(false);
    }

    /// <summary>Before the store is changed: takes what allows to leave the new value in the cache afterwards; null: it cannot be left.</summary>
    public ValueTask<WriteToken?> TokenForAsync(string key, int length, EntryPolicy policy, CancellationToken cancellation)
    {
        // The next node may have a copy, which a fill at the owner does not touch, and a remove does.
        bool leaves = IsFit(key) && _parts.Cache.Accepts(length) && policy.WritesNodes && _parts.Cache.ConcernedBy(key).Next is null;
        return leaves ? WriteToken.TakeAsync(_parts, key, policy, cancellation) : default;
    }

    /// <summary>After the store was changed: leaves the new value in the cache if nobody else has changed the key meanwhile, or nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="token">What was taken before; null: nothing is left.</param>
    /// <param name="bytes">The new value.</param>
    /// <param name="policy">How it is cached.</param>
    public async ValueTask<RemoveOutcome> ChangedAsync(string key, WriteToken? token, ReadOnlyMemory<byte> bytes, EntryPolicy policy)
    {
        if (!IsFit(key))
            return RemoveOutcome.Applied;
        _local?.Begin(key);
        RemoveOutcome outcome = RemoveOutcome.Queued;
        try
        {
            bool isFilled = token is not null && await token.FillAsync(bytes, policy.Expiration).ConfigureAwait(false);
            outcome = isFilled ? RemoveOutcome.Applied : await _parts.Cache.TryRemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
            if (outcome == RemoveOutcome.Queued)
                LogEvents.ChangeQueued(_parts.Logger, _parts.Cache.OwnerOf(key).Node.Name);
        }
        finally
        {
            await EndAsync(key, outcome == RemoveOutcome.Applied).ConfigureAwait(false);
            if (token is not null)
                await token.DisposeAsync().ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>
    /// Puts bytes of a value's format into the cache, whatever is there. Only for what the store does not have yet: it might be
    /// older than what is there otherwise. Never throws for a node that does not answer.
    /// </summary>
    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> bytes, EntryPolicy policy, CancellationToken cancellation)
    {
        if (!IsFit(key))
            return;
        if (!_parts.Cache.Accepts(bytes.Length) || !policy.WritesNodes)
        {
            await RemoveAsync(key, cancellation).ConfigureAwait(false);
            return;
        }

        EntryTerms terms = EntryTerms.Of(policy, policy.Expiration, TimeSpan.Zero, _parts.Time.GetUtcNow());
        _local?.Begin(key);
        try
        {
            await StoreAsync(_parts.Cache.OwnerOf(key), key, bytes, terms, [], cancellation).ConfigureAwait(false);
        }
        finally
        {
            _local?.End(key);
        }
    }
}
