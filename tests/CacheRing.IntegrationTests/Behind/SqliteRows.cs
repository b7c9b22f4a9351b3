using CacheRing.Testing.Behind;
using Microsoft.Data.Sqlite;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>What a SQLite database of a run has: its rows, and each write that it has carried out, in order.</summary>
internal sealed record SqliteRows(IReadOnlyDictionary<int, long> Versions, IReadOnlyList<AppliedWrite> Applied)
{
    public static SqliteRows Read(BehindClientSettings settings)
    {
        using SqliteConnection connection = new($"Data Source={settings.Database};Pooling=False");
        connection.Open();
        return new SqliteRows(
            Query(connection, "SELECT key, version FROM rows;", static row => (Key: row.GetInt32(0), Version: row.GetInt64(1))).ToDictionary(static row => row.Key, static row => row.Version),
            Query(connection, "SELECT id, key, sequence, version FROM writes ORDER BY place;", static row => new AppliedWrite(row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3))));
    }

    /// <summary>Each key's writes came in their order, but for those that came again, and an id was always that of the same write.</summary>
    public void AssertInOrder()
    {
        Assert.That(Applied.Distinct().Count(), Is.EqualTo(Applied.DistinctBy(static one => one.Id).Count()), "an id is always of the same write");
        foreach (IGrouping<int, AppliedWrite> key in Applied.GroupBy(static one => one.Key))
        {
            AppliedWrite[] first = [.. key.DistinctBy(static one => one.Id)];
            Assert.That(first.Select(static one => one.Sequence), Is.Ordered.Ascending, $"key {key.Key}");
            Assert.That(first.Select(static one => one.Version), Is.Ordered.Ascending, $"key {key.Key}");
        }
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand query = connection.CreateCommand();
        query.CommandText = sql;
        using SqliteDataReader row = query.ExecuteReader();
        List<T> all = [];
        while (row.Read())
            all.Add(read(row));
        return all;
    }
}

/// <summary>A write that the database has carried out.</summary>
internal sealed record AppliedWrite(string Id, int Key, long Sequence, long Version);
