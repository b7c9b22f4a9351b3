namespace CacheRing.IntegrationTests.Through;

/// <summary>The database as the library sees it; one object for each load or write, as it is scoped.</summary>
public sealed class TestStore(TestDatabase database) : ICacheStore<int, string>, IDisposable
{
    private bool _isDisposed;

    public async ValueTask<CacheLookup<string>> LoadAsync(int key, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        database.CountLoad();
        await database.Before().WaitAsync(cancellationToken);
        bool isFound = database.Rows.TryGetValue(key, out string? row);
        await database.After().WaitAsync(cancellationToken);
        return isFound ? row! : CacheLookup<string>.NotFound;
    }

    public async ValueTask<IReadOnlyDictionary<int, string>> LoadManyAsync(IReadOnlyCollection<int> keys, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        database.Batches.Enqueue([.. keys.Order()]);
        await database.Before().WaitAsync(cancellationToken);
        return keys.Where(database.Rows.ContainsKey).ToDictionary(static key => key, key => database.Rows[key]);
    }

    public async ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, string>> writes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await database.Before().WaitAsync(cancellationToken);
        Guid[] rejected = [.. writes.Where(write => database.Rejects(write.Key)).Select(static write => write.Id)];
        foreach (StoreWrite<int, string> write in writes.Where(write => !rejected.Contains(write.Id)))
        {
            database.Writes.Enqueue(write);
            if (write.Kind == StoreWriteKind.Delete)
                database.Rows.TryRemove(write.Key, out _);
            else
                database.Rows[write.Key] = write.Value!;
        }

        await database.After().WaitAsync(cancellationToken);
        if (rejected.Length > 0)
            throw new StoreWriteRejectedException("Never.", rejected);
    }

    public void Dispose() => _isDisposed = true;
}
