using System.Diagnostics;
using CacheRing.Testing.Loads;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.LoadClient;

/// <summary>
/// Workers that read keys through the cache, and change them in the database. A read is stale if it returns less than what
/// was known, before it began, to be the least.
/// </summary>
internal sealed class Mix(HybridCache cache, IShardedCache nodes, Database database, RemovedVersions removed, int keys)
{
    private bool _through;
    private long _reads;
    private long _changes;
    private long _queued;
    private long _stale;
    private long _stalest;

    public required IWriteThroughCache<int, long> Through { get; init; }

    public async Task<LoadAnswer> RunAsync(MixOrder order)
    {
        _through = order.Through;
        await Task.WhenAll(Enumerable.Range(0, order.Workers).Select(worker => Task.Run(() => WorkAsync(order, (order.Seed * 101) + worker))));
        return new LoadAnswer
        {
            Reads = _reads,
            Changes = _changes,
            Queued = _queued,
            Stale = _stale,
            StalestMilliseconds = TimeSpan.FromTicks(_stalest).TotalMilliseconds,
        };
    }

    private async Task WorkAsync(MixOrder order, int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < order.Operations / order.Workers; i++)
        {
            int key = random.Next(keys);
            if (random.Next(100) >= order.Changes)
                await ReadAsync(key);
            else if (_through)
                await WriteAsync(key);
            else
                await ChangeAsync(key, order.AsksForOutcome);
        }
    }

    private async Task ReadAsync(int key)
    {
        long least = removed.Latest(key);
        long begun = Stopwatch.GetTimestamp();
        long version = _through
            ? (await Through.GetAsync(key)).Value
            : await cache.GetOrCreateAsync(
                Database.NameOf(key), (Database: database, Key: key), static (it, cancellation) => it.Database.ReadAsync(it.Key, cancellation));
        Interlocked.Increment(ref _reads);
        if (version >= least)
            return;
        Interlocked.Increment(ref _stale);
        long stale = removed.StalenessOf(key, version, least, begun).Ticks;
        for (long stalest = Interlocked.Read(ref _stalest); stale > stalest; stalest = Interlocked.Read(ref _stalest))
            Interlocked.CompareExchange(ref _stalest, stale, stalest);
    }

    /// <summary>Writes the version after the last, as often as another is faster.</summary>
    private async Task WriteAsync(int key)
    {
        while (true)
        {
            long version = database.Current(key) + 1;
            try
            {
                if (await Through.SetAsync(key, version) == RemoveOutcome.Applied)
                    removed.Note(key, version);
                else
                    Interlocked.Increment(ref _queued);
                Interlocked.Increment(ref _changes);
                return;
            }
            catch (ConflictException)
            {
                // Another has written this version.
            }
        }
    }

    private async Task ChangeAsync(int key, bool asksForOutcome)
    {
        Interlocked.Increment(ref _changes);
        long version = database.Change(key);
        if (!asksForOutcome)
        {
            await cache.RemoveAsync(Database.NameOf(key));
        }
        else if (await nodes.TryRemoveAsync(Database.NameOf(key)) != RemoveOutcome.Applied)
        {
            Interlocked.Increment(ref _queued);
            return;
        }

        removed.Note(key, version);
    }
}
