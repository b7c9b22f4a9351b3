using Microsoft.Data.Sqlite;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>Statements in one line.</summary>
internal static class SqliteExtensions
{
    public static void Execute(
        this SqliteConnection connection, string sql, SqliteTransaction? transaction, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }
}
