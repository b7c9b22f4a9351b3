using System.Buffers;
using CacheRing.Entries;
using CacheRing.Invalidation;
using CacheRing.Sharding;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <summary>
/// The token of a key whose value is about to change in the store: taken before, so that the new value may be left in the cache
/// afterwards if nobody has touched the key in between. Where there is nothing to take it from, a placeholder gives it; it also
/// has those wait who miss the key meanwhile. Used by one caller at a time.
/// </summary>
internal sealed class WriteToken : IAsyncDisposable
{
    private readonly CacheAsideParts _parts;
    private readonly EntryPolicy _policy;
    private readonly KeyLoad _load;
    private readonly bool _isOurs;
    private readonly ulong _everything;
    private LeaseKeeper? _keeper;

    private WriteToken(CacheAsideParts parts, EntryPolicy policy, KeyLoad load, bool isOurs, ulong everything)
    {
        _parts = parts;
        _policy = policy;
        _load = load;
        _isOurs = isOurs;
        _everything = everything;
        _keeper = isOurs ? new LeaseKeeper(load, policy.Lease, parts.Time) : null;
    }

    /// <summary>Takes it; null when there is none to be had, and the key is to be removed afterwards.</summary>
    public static async ValueTask<WriteToken?> TakeAsync(CacheAsideParts parts, string key, EntryPolicy policy, CancellationToken cancellation)
    {
        TokenSink sink = new();
        KeyLoad load = parts.Cache.LoadOf(key, sink);
        if (!load.IsPlaced)
            await load.PlaceAsync(cancellation).ConfigureAwait(false);
        ulong everything = parts.Everything.FreshVersion(load.Shard);
        LoadState state = await load.ReadAsync(everything == 0 ? [EverythingBoard.Key] : [], policy.Lease, cancellation).ConfigureAwait(false);
        if (state == LoadState.Unavailable)
            return null;
        if (everything == 0)
            everything = sink.Everything;
        if (everything == 0)
            everything = await TagVersions.PlantAsync(load.Shard, TagKeys.Everything, cancellation).ConfigureAwait(false);
        if (state == LoadState.Nothing)
            state = await load.LeaseAsync(policy.Lease).ConfigureAwait(false);
        if (everything != 0 && state is LoadState.Won or LoadState.Held or LoadState.Value && load.Token != 0)
            return new WriteToken(parts, policy, load, state == LoadState.Won, everything);
        if (state == LoadState.Won)
            await load.GiveUpAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Leaves the new value in the cache, once the store has it.</summary>
    /// <returns>Whether it is there now; if not, the key must be removed.</returns>
    public async ValueTask<bool> FillAsync(ReadOnlyMemory<byte> bytes, TimeSpan expiration)
    {
        await StopAsync().ConfigureAwait(false);
        EntryTerms terms = EntryTerms.Of(_policy, expiration, TimeSpan.Zero, _parts.Time.GetUtcNow());
        byte[] annex = EntryAnnex.Make(terms.FreshUntil, 0, _everything, []);
        FillOutcome outcome = await _load.FillAsync(new ReadOnlySequence<byte>(bytes), terms.Lifetime, annex, CancellationToken.None).ConfigureAwait(false);
        return outcome == FillOutcome.Stored;
    }

    /// <summary>The store has not changed: the cache is to be as it was.</summary>
    public async ValueTask GiveUpAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (_isOurs)
            await _load.GiveUpAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => StopAsync();

    private async ValueTask StopAsync()
    {
        LeaseKeeper? keeper = _keeper;
        _keeper = null;
        if (keeper is not null)
            await keeper.DisposeAsync().ConfigureAwait(false);
    }
}
