using CacheRing.Diagnostics;
using CacheRing.Sharding;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <content>
/// Loading a value anew before it expires, in the background: the entry that is there is the token, and one process is elected
/// to load.
/// </content>
internal sealed partial class CacheAsideFlight<T>
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(20);

    private bool _isRefresh;

    /// <summary>Begins to load a value anew, if chance says so and this process does not already.</summary>
    public static void RefreshIfDue(CacheAsideParts parts, LoadRequest<T> request, long freshUntil, int loadMs)
    {
        long now = parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
#pragma warning disable CA5394 // No secret depends on it.
        if (!EarlyRefresh.IsDue(now, freshUntil, loadMs, request.Policy.Beta, 1 - Random.Shared.NextDouble()))
            return;
#pragma warning restore CA5394

        // Until the load has ended, or another's is thought to have.
        if (request.Policy.WritesNodes && parts.Refreshing.TryAdd(request.Key, request.Policy.Lease))
            _ = new CacheAsideFlight<T>(default, request, parts) { _isRefresh = true }.RefreshAsync(freshUntil);
    }

    /// <summary>Never throws.</summary>
    private async Task RefreshAsync(long seen)
    {
        // Off the caller's path: its own call goes first.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        KeyLoad? election = null;
        TimeSpan rest = TimeSpan.Zero;
        using CancellationTokenRegistration ending = _parts.Disposing.Token.UnsafeRegister(static flight => ((Flight<T>)flight!).Abandon(), this);
        try
        {
            _load = _parts.Cache.LoadOf(_request.Key, this);
            await _load.PlaceAsync(Abandoned).ConfigureAwait(false);
            LoadState state = await ReadAsync().ConfigureAwait(false);
            if (state == LoadState.Won)
            {
                await LoadAsync(_load, _load).ConfigureAwait(false);
                return;
            }

            if (!IsStill(state, seen))
                return;
            election = _load.Beside(ElectionKeyOf(_request.Key), Ignorant.Instance);
            if (await election.LeaseAsync(_policy.Lease).ConfigureAwait(false) != LoadState.Won)
            {
                // Another loads it; it takes about as long as the last time.
                election = null;
                rest = TimeSpan.FromMilliseconds(_loadMs);
                return;
            }

            // Whoever was elected before may have filled it since it was read.
            state = await ReadAsync().ConfigureAwait(false);
            if (state == LoadState.Won || IsStill(state, seen))
                await LoadAsync(_load, state == LoadState.Won ? _load : election).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, and the value is good for a while yet.
        catch (Exception error)
#pragma warning restore CA1031
        {
            rest = _policy.RetryDelay;
            if (!_parts.Disposing.IsCancellationRequested)
                LogEvents.RefreshFailed(_parts.Logger, typeof(T), error);
        }
        finally
        {
            if (election is not null)
                await election.GiveUpAsync().ConfigureAwait(false);
            _parts.Refreshing.Remove(_request.Key);
            if (rest > TimeSpan.Zero)
                _parts.Refreshing.TryAdd(_request.Key, rest > ShortestRest ? rest : ShortestRest);
        }
    }

    /// <summary>Whether the entry is the one that was to be loaded anew; a later one is kept in this process.</summary>
    private bool IsStill(LoadState state, long seen)
    {
        if (state != LoadState.Value || _verdict == Verdict.Void)
            return false;
        if (_freshUntil <= seen)
            return true;
        KeepLocally();
        return false;
    }
}
