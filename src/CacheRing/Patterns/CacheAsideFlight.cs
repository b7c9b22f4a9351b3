using CacheRing.Diagnostics;
using CacheRing.Sharding;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <summary>
/// The flight of one key: it reads, and if there is nothing it takes the lease, loads and fills; or it waits for whoever has
/// the lease.
/// </summary>
internal sealed partial class CacheAsideFlight<T> : Flight<T>, ICacheAsideFlight
{
    // Each try but the first follows a change by another client between two commands.
    private const int MostTries = 8;

    private readonly FlightKey _flightKey;
    private LoadRequest<T> _request;
    private readonly CacheAsideParts _parts;
    private EntryPolicy _policy;
    private readonly ValueFormat<T> _format;
    private KeyLoad _load = null!;

    public CacheAsideFlight(FlightKey flightKey, LoadRequest<T> request, CacheAsideParts parts)
    {
        _flightKey = flightKey;
        _request = request;
        _parts = parts;
        _policy = request.Policy;
        _format = parts.Formats.Get<T>();
        _tagVersions = request.Tags.Length == 0 ? [] : new ulong[request.Tags.Length];
    }

    public bool IsOf(object request) => ReferenceEquals(request, _request);

    /// <summary>
    /// Those who began it may be served and gone, with all that their factory needs: what comes next is for others, and done as
    /// the first of those would.
    /// </summary>
    protected override void GoOnFor(object request)
    {
        _request = (LoadRequest<T>)request;
        _policy = _request.Policy;
        _tagVersions = _request.Tags.Length == 0 ? [] : new ulong[_request.Tags.Length];
    }

    protected override void Ended()
    {
        if (_flightKey.Key is not null)
            _parts.Flights.End(_flightKey, this);
    }

    protected override Task RoundAsync() => _policy.ReadsNodes || _policy.WritesNodes ? FindAsync() : LoadAsync(fill: null, held: null);

    private async Task FindAsync()
    {
        BeginStep();
        _load = _parts.Cache.LoadOf(_request.Key, this);
        if (!_load.IsPlaced)
            await _load.PlaceAsync(Abandoned).ConfigureAwait(false);
        LoadState state = await ReadAsync().ConfigureAwait(false);
        if (state == LoadState.Value && _verdict == Verdict.Fresh && _policy.ReadsNodes)
            Hit();
        else
            await MissAsync(state).ConfigureAwait(false);
    }

    private async Task MissAsync(LoadState state)
    {
        Search search = new(_policy, _parts.Time);
        try
        {
            for (int tries = 0; tries < MostTries;)
            {
                switch (await StepAsync(state, search).ConfigureAwait(false))
                {
                    case FlightStep.Done:
                        return;
                    case FlightStep.Load:
                        await LoadOrStaleAsync(search).ConfigureAwait(false);
                        return;
                    case FlightStep.Wait when !search.Patience.IsOver:
                        _request.NotNow();
                        await search.Patience.PauseAsync(Abandoned).ConfigureAwait(false);
                        search.HasWaited = true;
                        break;
                    case FlightStep.Wait:
                        _parts.Meter.Count(WaitOutcome.GaveUp);
                        search.Fill = _load;
                        await LoadOrStaleAsync(search).ConfigureAwait(false);
                        return;
                    case FlightStep.Again:
                        tries++;
                        break;
                }

                BeginStep();
                state = await ReadAsync().ConfigureAwait(false);
            }

            // Changed by others again and again.
            await LoadAsync(fill: null, held: null).ConfigureAwait(false);
        }
        finally
        {
            if (search.Election is { } election)
                await election.GiveUpAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<FlightStep> StepAsync(LoadState state, Search search)
    {
        search.HasStale = false;
        search.Fill = search.Held = null;
        if (state == LoadState.Unavailable || !_policy.WritesNodes)
            return Served() ? FlightStep.Done : FlightStep.Load;
        switch (state)
        {
            case LoadState.Value when !_policy.ReadsNodes:
                // To be loaded whatever is there; that is the token.
                search.Fill = _load;
                return FlightStep.Load;
            case LoadState.Value when _verdict == Verdict.Fresh:
                if (search.HasWaited)
                    _parts.Meter.Count(WaitOutcome.Filled);
                Hit();
                return FlightStep.Done;
            case LoadState.Value when _verdict == Verdict.Stale:
                return await ElectAsync(search).ConfigureAwait(false);
            case LoadState.Value or LoadState.Nothing:
            case LoadState.Held when search.SeesDead(_load):
                state = await _load.LeaseAsync(_policy.Lease).ConfigureAwait(false);
                break;
        }

        switch (state)
        {
            case LoadState.Won:
                if (search.HasWaited)
                    _parts.Meter.Count(WaitOutcome.TookOver);
                search.Fill = search.Held = _load;
                return FlightStep.Load;
            case LoadState.Held:
                return FlightStep.Wait;
            case LoadState.Unavailable:
                return FlightStep.Load;
            default:
                // Another has filled or removed it between the two commands; read with its tags it can be judged.
                return FlightStep.Again;
        }

        // Nothing to store; what was read is as good as ever.
        bool Served()
        {
            if (state != LoadState.Value || _verdict != Verdict.Fresh || !_policy.ReadsNodes)
                return false;
            Hit();
            return true;
        }
    }

    /// <summary>
    /// An expired value stays where it is until there is another, and is the token; so who loads it is agreed on under a key of
    /// its own.
    /// </summary>
    private async ValueTask<FlightStep> ElectAsync(Search search)
    {
        search.HasStale = true;
        search.Fill = _load;
        if (_parts.Resting.Has(_request.Key))
        {
            ServeStale();
            return FlightStep.Done;
        }

        // Elected, and read again since.
        if (search.Election is not null)
        {
            search.Held = search.Election;
            return FlightStep.Load;
        }

        KeyLoad candidate = _load.Beside(ElectionKeyOf(_request.Key), Ignorant.Instance);
        LoadState state = await candidate.LeaseAsync(_policy.Lease).ConfigureAwait(false);
        if (state == LoadState.Held && search.SeesDead(candidate))
            state = await candidate.LeaseAsync(_policy.Lease).ConfigureAwait(false);
        switch (state)
        {
            case LoadState.Won:
                // Whoever was elected before may have filled it since it was read.
                search.Election = candidate;
                return FlightStep.Again;
            case LoadState.Held:
                return FlightStep.Wait;
            default:
                return FlightStep.Load;
        }
    }

    private static string ElectionKeyOf(string key) => "cr:load:" + key;

    /// <summary>What one search for a value has come to.</summary>
    private sealed class Search(EntryPolicy policy, TimeProvider time)
    {
        private Patience? _patience;

        public Patience Patience => _patience ??= new Patience(policy.Lease, policy.LeaseWait, time);

        public bool HasWaited { get; set; }

        /// <summary>Whether another's lease is to be taken over: the server has it yet, and its holder does not renew it.</summary>
        public bool SeesDead(KeyLoad held) => held.Shard.Node.Traits.RenewalChangesToken && Patience.IsDead(held.Token);

        /// <summary>Whether there is an expired value that may be given out.</summary>
        public bool HasStale { get; set; }

        /// <summary>Where what is loaded is to be stored; null: nowhere.</summary>
        public KeyLoad? Fill { get; set; }

        /// <summary>The lease that is to be renewed during the load; null: none.</summary>
        public KeyLoad? Held { get; set; }

        /// <summary>The lease of an expired value's loader.</summary>
        public KeyLoad? Election { get; set; }
    }
}
