using System.Diagnostics.CodeAnalysis;
using CacheRing.Diagnostics;
using CacheRing.Invalidation;
using CacheRing.Sharding;
using CacheRing.Stampede;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace CacheRing.Patterns;

/// <summary>
/// The cache-aside pattern over the nodes: local cache, then one flight for each key, which reads, takes the lease, loads and
/// fills. See <see cref="ShardedHybridCache"/> for what it promises.
/// </summary>
internal sealed partial class CacheAside : ShardedHybridCache, IDisposable
{
    private readonly CacheAsideParts _parts;
    private readonly LocalTier? _local;
    private readonly EntryPolicy _default;
    private PolicyOfOptions? _lastPolicy;
    private int _unfitReported;

    public CacheAside(CacheAsideParts parts)
    {
        _parts = parts;
        _local = parts.Local;
        _default = parts.Policy;
    }

    /// <summary>How many flights have not ended.</summary>
    public int FlightsUnderWay => _parts.Flights.Count;

    public EntryPolicy DefaultPolicy => _default;

    public ValueFormats Formats => _parts.Formats;

    public ShardedCache Nodes => _parts.Cache;

    public ILogger Logger => _parts.Logger;

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        GetAsync(key, state, factory, options is null ? _default : PolicyOf(options), tags, cancellationToken);

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        ShardedHybridCacheEntryOptions? options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        GetAsync(key, state, factory, options is null ? _default : PolicyOf(options), tags, cancellationToken);

    /// <summary>Ends what runs in the background. The nodes are the cache's beneath it, and go on.</summary>
    public void Dispose()
    {
        _parts.Disposing.Cancel();
        _local?.Dispose();
    }

    /// <summary>A value, by a policy that is decided.</summary>
    public ValueTask<T> GetAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        EntryPolicy policy,
        IEnumerable<string>? tags,
        CancellationToken cancellation)
    {
        if (factory is null)
            ThrowNull(nameof(factory));
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellation);
        if (_local is { } local && policy.ReadsLocal && key is not null && local.TryGet(key, out LocalEntry? entry)
            && entry is LocalValue<T> kept)
        {
            _parts.Meter.Count(LoadOutcome.LocalHit);
            if (local.IsInWindow(kept.RefreshFrom))
            {
                CacheAsideFlight<T>.RefreshIfDue(
                    _parts, new LoadRequest<TState, T>(key, state, factory, policy, TagList.Of(tags)), kept.FreshUntil, kept.LoadMilliseconds);
            }

            return new ValueTask<T>(kept.Get());
        }

        return Find(key!, state, factory, policy, tags, cancellation);
    }

    private ValueTask<T> Find<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        EntryPolicy policy,
        IEnumerable<string>? tags,
        CancellationToken cancellation)
    {
        if (!IsFit(key))
            return policy.Loads ? factory(state, cancellation) : new ValueTask<T>(default(T)!);
        return Find(new LoadRequest<TState, T>(key, state, factory, policy, TagList.Of(tags)), cancellation);
    }

    /// <summary>Looks a key up on the nodes, together with all who do so now, and has it loaded.</summary>
    private ValueTask<T> Find<T>(LoadRequest<T> request, CancellationToken cancellation)
    {
        EntryPolicy policy = request.Policy;
        if (!policy.Loads)
            return PeekAsync(request, cancellation);

        FlightKey flightKey = new(request.Key, (int)policy.Flags, typeof(T));
        Flight<T> flight = _parts.Flights.Join(
            flightKey, static (key, it) => new CacheAsideFlight<T>(key, it.Request, it.Parts), (Request: request, Parts: _parts), request, out WaitGroup<T> group);
        if (!((ICacheAsideFlight)flight).IsOf(request))
        {
            _parts.Meter.Count(LoadOutcome.Shared);
            request.NotNow();
        }

        return policy.FailSafe > TimeSpan.Zero && policy.SoftTimeout is { } soft && policy.ReadsNodes
            ? WaitOrStaleAsync(flight, group, request, soft, cancellation)
            : flight.WaitAsync(group, cancellation);
    }

    /// <summary>Reads, and does not load.</summary>
    private async ValueTask<T> PeekAsync<T>(LoadRequest<T> request, CancellationToken cancellation)
    {
        if (!request.Policy.ReadsNodes)
            return default!;
        CacheAsideFlight<T> reader = new(default, request, _parts);
        return await reader.TryPeekAsync(acceptsStale: false, cancellation).ConfigureAwait(false) ? reader.Value! : default!;
    }

    /// <summary>
    /// Waits no longer than the soft timeout if there is an expired value. It is read anew by each caller who has waited so
    /// long: one that was read before might have been removed since.
    /// </summary>
    private async ValueTask<T> WaitOrStaleAsync<T>(
        Flight<T> flight, WaitGroup<T> group, LoadRequest<T> request, TimeSpan soft, CancellationToken cancellation)
    {
        try
        {
            if (await TryGetStaleAsync(group, request, soft, cancellation).ConfigureAwait(false) is { } reader)
            {
                flight.Detach(_parts.Disposing.Token);
                flight.Leave(group);
                _parts.Meter.Count(LoadOutcome.Stale);
                return reader.Value!;
            }
        }
        catch
        {
            flight.Leave(group);
            throw;
        }

        return await flight.WaitAsync(group, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for the soft timeout, and then looks for an expired value; null when there is none, or the wait is over.</summary>
    private async ValueTask<CacheAsideFlight<T>?> TryGetStaleAsync<T>(
        WaitGroup<T> group, LoadRequest<T> request, TimeSpan soft, CancellationToken cancellation)
    {
        Task ended = group.Task;
        await ended.WaitAsync(soft, _parts.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ended.IsCompleted || cancellation.IsCancellationRequested)
            return null;
        CacheAsideFlight<T> reader = new(default, request, _parts);
        return await reader.TryPeekAsync(acceptsStale: true, cancellation).ConfigureAwait(false) ? reader : null;
    }

    private EntryPolicy PolicyOf(HybridCacheEntryOptions options) => Remembered(options) ?? Remember(options, _default.With(options));

    private EntryPolicy PolicyOf(ShardedHybridCacheEntryOptions options) => Remembered(options) ?? Remember(options, _default.With(options));

    // Options are immutable, and most callers have one object.
    private EntryPolicy? Remembered(object options) => _lastPolicy is { } last && ReferenceEquals(last.Options, options) ? last.Policy : null;

    private EntryPolicy Remember(object options, EntryPolicy policy)
    {
        _lastPolicy = new PolicyOfOptions(options, policy);
        return policy;
    }

    private bool IsFit(string key)
    {
        if (!string.IsNullOrWhiteSpace(key) && _parts.Cache.Accepts(key))
            return true;
        if (Interlocked.Exchange(ref _unfitReported, 1) == 0)
            LogEvents.UnfitKey(_parts.Logger, key?.Length ?? 0);
        return false;
    }

    [DoesNotReturn]
    private static void ThrowNull(string parameter) => throw new ArgumentNullException(parameter);

    private sealed record PolicyOfOptions(object Options, EntryPolicy Policy);
}
