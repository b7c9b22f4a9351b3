using CacheRing.Diagnostics;
using CacheRing.Writes;
using Microsoft.Extensions.Logging;

namespace CacheRing.Patterns;

/// <summary>
/// Gives a batch to the store, between the two halves of what a writer does to the cache: a token of each key before, and after
/// it the fill by that token, or the remove. A key of which a later write is pending already is left to that one.
/// </summary>
internal sealed class WriteBehindTarget<TKey, TValue, TStore>(
    PatternParts<TKey, TValue, TStore> parts, WriteBehindParts<TKey, TValue> behind, Func<WriteNumbers> numbers, ILogger logger) : IWriteTarget<TKey, TValue>
    where TKey : notnull
    where TStore : ICacheStore<TKey, TValue>
{
    public async Task WriteAsync(IReadOnlyList<PendingWrite<TKey, TValue>> writes, CancellationToken cancellation)
    {
        WriteToken?[] tokens = await Task.WhenAll(writes.Select(write => TokenForAsync(write, cancellation))).ConfigureAwait(false);
        HashSet<Guid> rejected = [];
        try
        {
            await parts.Loaders.UseAsync(
                writes.Select(Numbered).ToArray(),
                static async (store, batch, token) =>
                {
                    await store.WriteAsync(batch, token).ConfigureAwait(false);
                    return true;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (StoreWriteRejectedException error)
        {
            rejected = [.. error.Rejected ?? writes.Select(write => numbers().IdOf(write.Sequence))];
            throw;
        }
        catch
        {
            rejected = [.. writes.Select(write => numbers().IdOf(write.Sequence))];
            throw;
        }
        finally
        {
            await Task.WhenAll(writes.Select((write, i) => rejected.Contains(numbers().IdOf(write.Sequence))
                ? GiveUpAsync(tokens[i])
                : ChangedAsync(write, tokens[i]))).ConfigureAwait(false);
        }
    }

    public async Task GiveUpAsync(PendingWrite<TKey, TValue> write, int attempts, Exception? error, CancellationToken cancellation)
    {
        DeadLetter<TKey, TValue> letter = new(parts.Name, Numbered(write), attempts, error);
        await behind.DeadLetters.UseAsync(
            letter,
            static async (sink, letter, token) =>
            {
                if (sink is not null)
                    await sink.WriteAsync(letter, token).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);

        // What the cache has will never be in the store.
        await ChangedAsync(write, null).ConfigureAwait(false);
    }

    private StoreWrite<TKey, TValue> Numbered(PendingWrite<TKey, TValue> write) => numbers().Of(write.Sequence, write.Key, write.Kind, write.Value);

    /// <summary>Never throws: without a token the key is removed afterwards.</summary>
    private async Task<WriteToken?> TokenForAsync(PendingWrite<TKey, TValue> write, CancellationToken cancellation)
    {
        try
        {
            return write.Kind == StoreWriteKind.Upsert
                ? await parts.Aside.TokenForAsync(write.CacheKey, write.Bytes.Length, parts.Policy, cancellation).ConfigureAwait(false)
                : null;
        }
#pragma warning disable CA1031 // The cache is not what decides whether the store gets a write.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.CacheNotTold(logger, parts.Name, error);
            return null;
        }
    }

    /// <summary>The store has changed, or what is cached will never be in it. Never throws.</summary>
    private async Task ChangedAsync(PendingWrite<TKey, TValue> write, WriteToken? token)
    {
        await write.Line.Cache.WaitAsync().ConfigureAwait(false);
        try
        {
            write.IsCached = true;
            if (write.Line.Newest is { } newest && newest != write)
                await GiveUpAsync(token).ConfigureAwait(false);
            else
                await parts.Aside.ChangedAsync(write.CacheKey, token, write.Bytes, parts.Policy).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The store has the write: nothing of the cache may have it written again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.CacheNotTold(logger, parts.Name, error);
        }
        finally
        {
            write.Line.Cache.Release();
        }
    }

    /// <summary>Never throws.</summary>
    private async Task GiveUpAsync(WriteToken? token)
    {
        if (token is null)
            return;
        try
        {
            await token.GiveUpAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A placeholder that stays ends by itself.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.CacheNotTold(logger, parts.Name, error);
        }
    }
}
