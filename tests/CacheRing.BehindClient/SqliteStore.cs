using CacheRing.Testing.Behind;
using Microsoft.Data.Sqlite;

namespace CacheRing.BehindClient;

/// <summary>Rows of versions; and beside them, in the same transaction, the id of each write that was carried out.</summary>
public sealed class SqliteStore(BehindClientSettings settings) : ICacheStore<int, long>
{
    public static void Create(BehindClientSettings settings)
    {
        using SqliteConnection connection = Open(settings);
        Execute(connection, null, "PRAGMA journal_mode = WAL;");
        Execute(connection, null, "CREATE TABLE IF NOT EXISTS rows (key INTEGER PRIMARY KEY, version INTEGER NOT NULL);");
        Execute(connection, null, "CREATE TABLE IF NOT EXISTS writes (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, key INTEGER NOT NULL, sequence INTEGER NOT NULL, version INTEGER NOT NULL);");
    }

    public ValueTask<CacheLookup<long>> LoadAsync(int key, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = Open(settings);
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = "SELECT version FROM rows WHERE key = $key;";
        query.Parameters.AddWithValue("$key", key);
        return new(query.ExecuteScalar() is long version ? version : CacheLookup<long>.NotFound);
    }

    public ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, long>> writes, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = Open(settings);
        Execute(connection, null, "PRAGMA synchronous = FULL;");
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (StoreWrite<int, long> write in writes)
        {
            Execute(
                connection, transaction, "INSERT INTO rows VALUES ($key, $version) ON CONFLICT DO UPDATE SET version = excluded.version;",
                ("$key", write.Key), ("$version", write.Value));
            Execute(
                connection, transaction, "INSERT INTO writes (id, key, sequence, version) VALUES ($id, $key, $sequence, $version);",
                ("$id", write.Id.ToString()), ("$key", write.Key), ("$sequence", write.Sequence), ("$version", write.Value));
        }

        transaction.Commit();
        return default;
    }

    private static SqliteConnection Open(BehindClientSettings settings)
    {
        SqliteConnection connection = new($"Data Source={settings.Database}");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }
}
