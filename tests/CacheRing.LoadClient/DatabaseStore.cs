namespace CacheRing.LoadClient;

/// <summary>The database of the run, as a cache that hides it sees it.</summary>
internal sealed class DatabaseStore(Database database) : ICacheStore<int, long>
{
    public async ValueTask<CacheLookup<long>> LoadAsync(int key, CancellationToken cancellationToken) =>
        await database.ReadAsync(key, cancellationToken);

    public async ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, long>> writes, CancellationToken cancellationToken)
    {
        foreach (StoreWrite<int, long> write in writes)
            await database.AdvanceAsync(write.Key, write.Value, cancellationToken);
    }
}
