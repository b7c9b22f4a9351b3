using System.Buffers;
using CacheRing.Testing.History;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.HistoryClient;

/// <summary>
/// A cache all of whose reads, writes and removes are noted. Nobody fills on a miss: a value that was read from the store and
/// then stored in the cache may be older than a write that came between, and a plain set does not look.
/// </summary>
internal sealed class RecordedCache
{
    private readonly IShardedCache _cache;
    private readonly HistoryStore _store;
    private readonly HistoryLog _log;

    public RecordedCache(IShardedCache cache, HistoryStore store, HistoryLog log)
    {
        _cache = cache;
        _store = store;
        _log = log;
    }

    public static string NameOf(int key) => FormattableString.Invariant($"k{key}");

    public Task<bool> ReadAsync(int key) => ReadAsync(key, async () => await _cache.GetAsync(NameOf(key)));

    public Task<bool> ReadToBufferAsync(int key) => ReadAsync(key, async () =>
    {
        ArrayBufferWriter<byte> buffer = new();
        return await _cache.TryGetAsync(NameOf(key), buffer) ? buffer.WrittenSpan.ToArray() : null;
    });

    /// <summary>Reads keys in a batch; those whose node did not answer are misses.</summary>
    /// <returns>How many were hits.</returns>
    public async Task<int> ReadManyAsync(IReadOnlyCollection<int> keys)
    {
        long begun = HistoryLog.Now;
        try
        {
            CacheBatch batch = await _cache.GetManyAsync(keys.Select(NameOf));
            return keys.Count(key => NoteRead(key, batch.GetValueOrDefault(NameOf(key)), begun));
        }
        catch (NodeException)
        {
            foreach (int key in keys)
                _log.Append(HistoryKind.Read, HistoryOutcome.Failed, key, version: 0, begun);
            return 0;
        }
    }

    /// <summary>Changes the store, then the cache.</summary>
    public Task<HistoryOutcome> WriteAsync(int key, int padding, DistributedCacheEntryOptions options) =>
        ChangeAsync(HistoryKind.Write, key, async version =>
        {
            KeyValuePair<string, byte[]> entry = new(NameOf(key), HistoryValue.Encode(key, version, padding));
            return OutcomeOf((await _cache.SetManyAsync([entry], options)).IsComplete);
        });

    /// <summary>The same by the call that apps make, which does not say what came of it.</summary>
    public Task<HistoryOutcome> WriteUnsaidAsync(int key, int padding, DistributedCacheEntryOptions options) =>
        ChangeAsync(HistoryKind.Write, key, async version =>
        {
            await _cache.SetAsync(NameOf(key), HistoryValue.Encode(key, version, padding), options);
            return HistoryOutcome.Unsaid;
        });

    /// <summary>Changes the store, and removes what the cache has.</summary>
    public Task<HistoryOutcome> RemoveAsync(int key) =>
        ChangeAsync(HistoryKind.Remove, key, async _ => OutcomeOf(await _cache.TryRemoveAsync(NameOf(key)) == RemoveOutcome.Applied));

    /// <summary>The same by the call that apps make, which does not say what came of it.</summary>
    public Task<HistoryOutcome> RemoveUnsaidAsync(int key) =>
        ChangeAsync(HistoryKind.Remove, key, async _ =>
        {
            await _cache.RemoveAsync(NameOf(key));
            return HistoryOutcome.Unsaid;
        });

    /// <summary>Looks whether all nodes are healthy and nothing is left to be delivered; notes it when so.</summary>
    public bool LookWhetherSettled()
    {
        long begun = HistoryLog.Now;
        if (!_cache.GetNodes().All(static node => node is { Health: NodeHealth.Healthy, QueuedKeys: 0 }))
            return false;
        _log.Append(HistoryKind.Settled, HistoryOutcome.Applied, key: 0, version: 0, begun);
        return true;
    }

    private async Task<bool> ReadAsync(int key, Func<Task<byte[]?>> read)
    {
        long begun = HistoryLog.Now;
        try
        {
            return NoteRead(key, await read(), begun);
        }
        catch (NodeException)
        {
            _log.Append(HistoryKind.Read, HistoryOutcome.Failed, key, version: 0, begun);
            return false;
        }
    }

    private bool NoteRead(int key, byte[]? value, long begun)
    {
        long version = 0;
        HistoryOutcome outcome = value is null ? HistoryOutcome.Miss
            : HistoryValue.TryDecode(value, key, out version) ? HistoryOutcome.Hit
            : HistoryOutcome.Foreign;
        _log.Append(HistoryKind.Read, outcome, key, version, begun);
        return value is not null;
    }

    private async Task<HistoryOutcome> ChangeAsync(HistoryKind kind, int key, Func<long, Task<HistoryOutcome>> change)
    {
        long begun = HistoryLog.Now;
        long version = _store.Next(key);
        HistoryOutcome outcome;
        try
        {
            outcome = await change(version);
        }
        catch (NodeException)
        {
            outcome = HistoryOutcome.Failed;
        }

        _log.Append(kind, outcome, key, version, begun);
        return outcome;
    }

    private static HistoryOutcome OutcomeOf(bool isApplied) => isApplied ? HistoryOutcome.Applied : HistoryOutcome.Queued;
}
