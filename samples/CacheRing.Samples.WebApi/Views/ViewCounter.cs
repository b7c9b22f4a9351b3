using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Views;

/// <summary>
/// Counts views: many small writes, of which the last one of each counter is what matters. Write-behind gives the database one
/// for many, and its journal keeps those that the database does not have through a crash.
/// </summary>
internal sealed class ViewCounter
{
    private const int Gates = 64;

    private readonly IWriteBehindCache<ViewKey, long> _views;
    private readonly ViewStore _store;
    private readonly string _instance;

    // A count is read, and written one higher: by one caller at a time.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Gates).Select(static _ => new SemaphoreSlim(1, 1))];

    public ViewCounter(IWriteBehindCache<ViewKey, long> views, ViewStore store, IOptions<ViewOptions> options)
    {
        _views = views;
        _store = store;
        _instance = options.Value.Instance;
    }

    /// <summary>Counts one more. It is on disk when this returns.</summary>
    public async Task CountAsync(int product)
    {
        SemaphoreSlim gate = _gates[(uint)product % Gates];
        await gate.WaitAsync();
        try
        {
            ViewKey key = new(product, _instance);
            long views = (await _views.GetAsync(key)).ValueOrDefault;
            await _views.SetAsync(key, views + 1);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>All views of a product: what this instance has counted, to the last one, and what the others have in the database.</summary>
    public async Task<long> CountOfAsync(int product, CancellationToken token) =>
        (await _views.GetAsync(new ViewKey(product, _instance), token)).ValueOrDefault + _store.SumOfOthers(product, _instance);
}
