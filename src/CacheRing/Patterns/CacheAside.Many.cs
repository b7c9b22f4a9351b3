using CacheRing.Diagnostics;
using CacheRing.Invalidation;
using CacheRing.Sharding;

namespace CacheRing.Patterns;

/// <content>Many keys at once: what this process keeps, then one batch to each node, then a flight for each miss.</content>
internal sealed partial class CacheAside
{
    /// <summary>Looks keys up.</summary>
    /// <param name="requests">Different keys, each with its own way to load it.</param>
    /// <param name="policy">How they are cached.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The values, by place.</returns>
    public async ValueTask<T[]> GetManyAsync<T>(IReadOnlyList<LoadRequest<T>> requests, EntryPolicy policy, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        T[] values = new T[requests.Count];
        Dictionary<Shard, List<int>> parts = [];
        List<int> misses = [];
        for (int i = 0; i < requests.Count; i++)
        {
            string key = requests[i].Key;
            if (_local is { } local && policy.ReadsLocal && local.TryGet(key, out LocalEntry? entry) && entry is LocalValue<T> kept)
            {
                _parts.Meter.Count(LoadOutcome.LocalHit);
                values[i] = kept.Get();
                requests[i].NotNow();
            }
            else if (!policy.ReadsNodes || !IsFit(key))
            {
                misses.Add(i);
            }
            else
            {
                Shard owner = _parts.Cache.OwnerOf(key);
                if (!parts.TryGetValue(owner, out List<int>? part))
                    parts.Add(owner, part = []);
                part.Add(i);
            }
        }

        await Task.WhenAll(parts.Select(part => ReadPartAsync(part.Key, part.Value, requests, values, misses, policy, cancellation))).ConfigureAwait(false);
        await Task.WhenAll(misses.Select(i => MissAsync(i))).ConfigureAwait(false);
        return values;

        async Task MissAsync(int place)
        {
            LoadRequest<T> request = requests[place];
            try
            {
                values[place] = IsFit(request.Key)
                    ? await Find(request, cancellation).ConfigureAwait(false)
                    : policy.Loads ? await request.LoadAsync(cancellation).ConfigureAwait(false) : default!;
            }
            finally
            {
                request.NotNow();
            }
        }
    }

    private async Task ReadPartAsync<T>(
        Shard shard, List<int> places, IReadOnlyList<LoadRequest<T>> requests, T[] values, List<int> misses, EntryPolicy policy, CancellationToken cancellation)
    {
        LocalValidity?[]? validities = _local is { } local && policy.WritesLocal
            ? [.. places.Select(place => local.Capture(shard, requests[place].Key, []))]
            : null;
        ManyReader<T> reader = new(_parts, shard, [.. places.Select(place => requests[place].Key)]);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        for (int i = 0; i < places.Count; i++)
        {
            int place = places[i];
            if (reader.Hits[i] is not { } hit)
            {
                lock (misses)
                    misses.Add(place);
                continue;
            }

            values[place] = hit.Value;
            requests[place].NotNow();
            _parts.Meter.Count(LoadOutcome.Hit);
            if (validities?[i] is { } validity)
            {
                _local!.Keep(requests[place].Key, new LocalValue<T>(
                    _parts.Formats.Get<T>(), hit.Value, hit.Bytes,
                    _local.TermsOf(policy.LocalExpiration, policy.Beta, hit.FreshUntil, hit.LoadMilliseconds, hit.Size, validity)));
            }
        }
    }
}
