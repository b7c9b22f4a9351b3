using System.Globalization;
using CacheRing.Samples.WebApi.Hosting;
using Microsoft.Data.Sqlite;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>Fills an empty catalogue before the app listens: 10,000 products, the same ones each time.</summary>
internal sealed class CatalogueSeed : IHostedService
{
    public const int Products = 10_000;

    private const int Step = 500;

    private static readonly string[] Materials = ["Copper", "Oak", "Linen", "Glass", "Steel", "Wool", "Clay", "Cork"];
    private static readonly string[] Things = ["kettle", "lamp", "chair", "bowl", "clock", "blanket", "shelf", "mirror", "basket"];

    private readonly CatalogueDatabase _database;

    public CatalogueSeed(CatalogueDatabase database) => _database = database;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using SqliteConnection connection = _database.Open();

        // With a write-ahead log readers go on while a product is changed.
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
        Execute(connection, "CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price TEXT NOT NULL);");
        Execute(connection, "CREATE TABLE IF NOT EXISTS views (product INTEGER NOT NULL, instance TEXT NOT NULL, views INTEGER NOT NULL, PRIMARY KEY (product, instance));");
        if (Execute(connection, "SELECT EXISTS (SELECT 1 FROM products);") is 0L)
            Fill(connection);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // One transaction: a commit for each row would take a hundred times as long.
    private static void Fill(SqliteConnection connection)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO products (id, name, price) VALUES ($id, $name, $price);";
        SqliteParameter id = insert.Parameters.Add("$id", SqliteType.Integer);
        SqliteParameter name = insert.Parameters.Add("$name", SqliteType.Text);
        SqliteParameter price = insert.Parameters.Add("$price", SqliteType.Text);
        insert.Prepare();

        ProgressLine progress = new("Filling the database", Products);
        for (int n = 1; n <= Products; n++)
        {
            id.Value = n;
            name.Value = string.Create(CultureInfo.InvariantCulture, $"{Materials[n % Materials.Length]} {Things[n % Things.Length]} no. {n}");
            price.Value = (5 + (n * 37 % 20_000 / 100m)).ToString("0.00", CultureInfo.InvariantCulture);
            insert.ExecuteNonQuery();
            if (n % Step == 0)
                progress.Report(n);
        }

        transaction.Commit();
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
