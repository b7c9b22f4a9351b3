using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>The truth about products: slow to ask, and only a few may ask at a time. The reason to have a cache.</summary>
internal sealed class ProductStore : IDisposable
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

    public async Task<Product?> FindAsync(int id, CancellationToken token)
    {
        await _room.WaitAsync(token);
        try
        {
            await Task.Delay(_queryDelay, _time, token);
            return Find(id);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Changes a product; false if there is none.</summary>
    public bool Update(Product product) => Execute(
        "UPDATE products SET name = $name, price = $price WHERE id = $id;",
        ("$id", product.Id),
        ("$name", product.Name),
        ("$price", product.Price));

    /// <summary>Deletes a product; false if there is none.</summary>
    public bool Delete(int id) => Execute("DELETE FROM products WHERE id = $id;", ("$id", id));

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

    private bool Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteNonQuery() > 0;
    }
}
