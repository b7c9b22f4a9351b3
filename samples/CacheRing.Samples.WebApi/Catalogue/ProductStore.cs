using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>The truth about products: slow to ask, and only a few may ask at a time. The reason to have a cache.</summary>
internal sealed class ProductStore : ICacheStore<int, Product>, IDisposable
{
    private readonly CatalogueDatabase _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _queryDelay;
    private readonly SemaphoreSlim _room;

    public ProductStore(CatalogueDatabase database, IOptions<CatalogueOptions> options, TimeProvider time)
    {
        _database = database;
        _time = time;
        _queryDelay = options.Value.QueryDelay;
        _room = new SemaphoreSlim(options.Value.ConcurrentQueries);
    }

    public async ValueTask<CacheLookup<Product>> LoadAsync(int key, CancellationToken cancellationToken)
    {
        LoadNote.Take();
        await _room.WaitAsync(cancellationToken);
        try
        {
            await Task.Delay(_queryDelay, _time, cancellationToken);
            return Find(key) is { } product ? product : CacheLookup<Product>.NotFound;
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Many products with one query, which takes as long as one for one product.</summary>
    public async ValueTask<IReadOnlyDictionary<int, Product>> LoadManyAsync(IReadOnlyCollection<int> keys, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            await Task.Delay(_queryDelay, _time, cancellationToken);
            return keys.Select(Find).OfType<Product>().ToDictionary(static product => product.Id);
        }
        finally
        {
            _room.Release();
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, Product>> writes, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (StoreWrite<int, Product> write in writes)
        {
            if (write.Kind == StoreWriteKind.Delete)
            {
                connection.Execute("DELETE FROM products WHERE id = $id;", transaction, ("$id", write.Key));
                continue;
            }

            connection.Execute(
                "UPDATE products SET name = $name, price = $price WHERE id = $id;",
                transaction,
                ("$id", write.Key),
                ("$name", write.Value!.Name),
                ("$price", write.Value.Price));
        }

        transaction.Commit();
        return default;
    }

    /// <summary>Whether there is such a product.</summary>
    public bool Has(int id) => Find(id) is not null;

    public void Dispose() => _room.Dispose();

    private Product? Find(int id)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = "SELECT name, price FROM products WHERE id = $id;";
        query.Parameters.AddWithValue("$id", id);
        using SqliteDataReader row = query.ExecuteReader();
        return row.Read() ? new Product(id, row.GetString(0), row.GetDecimal(1)) : null;
    }
}
