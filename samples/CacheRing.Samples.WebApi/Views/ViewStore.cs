using CacheRing.Samples.WebApi.Catalogue;
using Microsoft.Data.Sqlite;

namespace CacheRing.Samples.WebApi.Views;

/// <summary>The counters in the database. Writing one twice does no harm, so that a batch may come again.</summary>
internal sealed class ViewStore : ICacheStore<ViewKey, long>
{
    private readonly CatalogueDatabase _database;

    public ViewStore(CatalogueDatabase database) => _database = database;

    public ValueTask<CacheLookup<long>> LoadAsync(ViewKey key, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = "SELECT views FROM views WHERE product = $product AND instance = $instance;";
        query.Parameters.AddWithValue("$product", key.Product);
        query.Parameters.AddWithValue("$instance", key.Instance);
        return new(query.ExecuteScalar() is long views ? views : CacheLookup<long>.NotFound);
    }

    public ValueTask WriteAsync(IReadOnlyList<StoreWrite<ViewKey, long>> writes, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (StoreWrite<ViewKey, long> write in writes)
        {
            connection.Execute(
                "INSERT INTO views (product, instance, views) VALUES ($product, $instance, $views) ON CONFLICT DO UPDATE SET views = excluded.views;",
                transaction,
                ("$product", write.Key.Product),
                ("$instance", write.Key.Instance),
                ("$views", write.Value));
        }

        transaction.Commit();
        return default;
    }

    public long SumOfOthers(int product, string instance)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = "SELECT COALESCE(SUM(views), 0) FROM views WHERE product = $product AND instance <> $instance;";
        query.Parameters.AddWithValue("$product", product);
        query.Parameters.AddWithValue("$instance", instance);
        return (long)query.ExecuteScalar()!;
    }
}
