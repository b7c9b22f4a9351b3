using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.HistoryClient;

/// <summary>
/// One thread of a client: reads every key, and is the only one anywhere to write its own, one after the other, so that the
/// versions of a key have an order. It reads most what it has just changed, and what everybody reads.
/// </summary>
internal sealed class Worker
{
    private const int LargestBatch = 10;
    private const int Remembered = 8;

    // Long enough never to end within a run: an entry that expires would hide that it was stale.
    private static readonly DistributedCacheEntryOptions[] Lifetimes =
    [
        new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) },
        new() { SlidingExpiration = TimeSpan.FromMinutes(20) },
        new() { SlidingExpiration = TimeSpan.FromMinutes(20), AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) },
        new(),
    ];

    private readonly RecordedCache _cache;
    private readonly CallTimes _calls;
    private readonly Random _random;
    private readonly int[] _own;
    private readonly int[] _recent = new int[Remembered];
    private readonly int _keys;
    private readonly int _hot;
    private int _changes;

    /// <param name="cache">What it works on.</param>
    /// <param name="calls">Where it notes how long calls take.</param>
    /// <param name="own">The keys it writes.</param>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="seed">What its choices depend on.</param>
    public Worker(RecordedCache cache, CallTimes calls, int[] own, int keys, int seed)
    {
        _cache = cache;
        _calls = calls;
        _own = own;
        _keys = keys;
        _hot = Math.Max(1, keys / 16);
        _random = new Random(seed);
        Array.Fill(_recent, own[0]);
    }

    /// <summary>Does one thing, as chance has it.</summary>
    /// <returns>How many operations it was.</returns>
    public async Task<int> StepAsync()
    {
        // Of a hundred operations eighty are reads, thirty of them in batches; twelve are writes, eight removes.
        int choice = _random.Next(1_000);
        using CallTimes.Call call = _calls.Start();
        switch (choice)
        {
            case < 110:
                await _cache.WriteAsync(Change(), Padding(), Lifetime());
                return 1;
            case < 155:
                await _cache.WriteUnsaidAsync(Change(), Padding(), Lifetime());
                return 1;
            case < 230:
                await _cache.RemoveAsync(Change());
                return 1;
            case < 260:
                await _cache.RemoveUnsaidAsync(Change());
                return 1;
            case < 320:
                int[] batch = [.. Enumerable.Range(0, _random.Next(2, LargestBatch + 1)).Select(_ => AnyKey()).Distinct()];
                int found = await _cache.ReadManyAsync(batch);
                _calls.Read(found, batch.Length - found);
                return batch.Length;
            default:
                bool hit = choice < 700 ? await _cache.ReadAsync(AnyKey()) : await _cache.ReadToBufferAsync(AnyKey());
                _calls.Read(hit ? 1 : 0, hit ? 0 : 1);
                return 1;
        }
    }

    private int Padding() => _random.Next(400);

    private DistributedCacheEntryOptions Lifetime() => Lifetimes[_random.Next(Lifetimes.Length)];

    private int Change()
    {
        // The hot keys are the first ones, of every worker.
        int key = _random.Next(4) == 0 ? _own[0] : _own[_random.Next(_own.Length)];
        _recent[_changes++ % Remembered] = key;
        return key;
    }

    private int AnyKey() => _random.Next(10) switch
    {
        < 4 => _recent[_random.Next(Remembered)],
        < 7 => _random.Next(_hot),
        _ => _random.Next(_keys),
    };
}
