using CacheRing.BehindClient;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>A SQLite database that fails as the test says, before it has done anything.</summary>
public sealed class FaultyStore(SqliteStore database, StoreFault fault) : ICacheStore<int, long>
{
    public ValueTask<CacheLookup<long>> LoadAsync(int key, CancellationToken cancellationToken) => database.LoadAsync(key, cancellationToken);

    public async ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, long>> writes, CancellationToken cancellationToken)
    {
        await fault.Before([.. writes.Select(static write => write.Key)]).WaitAsync(cancellationToken);
        await database.WriteAsync(writes, cancellationToken);
    }
}

/// <summary>What runs before each batch.</summary>
public sealed class StoreFault
{
    public Func<int[], Task> Before { get; set; } = static _ => Task.CompletedTask;
}
