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

        // The next node may have a copy, which a fill at the owner does not touch, and a remove does.
        bool leaves = bytes is { } value && _parts.Cache.Accepts(value.Length) && policy.WritesNodes && _parts.Cache.ConcernedBy(key).Next is null;
        WriteToken? token = leaves ? await WriteToken.TakeAsync(_parts, key, policy, cancellation).ConfigureAwait(false) : null;
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

        _local?.Begin(key);
        RemoveOutcome outcome = RemoveOutcome.Queued;
        try
        {
            bool isFilled = token is not null && await token.FillAsync(bytes!.Value, policy.Expiration).ConfigureAwait(false);
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
}
