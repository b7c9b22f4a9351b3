using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>The SQLite file behind the catalogue. One that nobody asked for by name goes away with the app.</summary>
internal sealed class CatalogueDatabase : IDisposable
{
    private readonly string _file;
    private readonly bool _temporary;
    private readonly string _connectionString;

    public CatalogueDatabase(IOptions<CatalogueOptions> options)
    {
        _temporary = string.IsNullOrWhiteSpace(options.Value.Database);
        _file = _temporary
            ? Path.Combine(Path.GetTempPath(), $"cachering-catalogue-{Guid.NewGuid():N}.db")
            : options.Value.Database!;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _file }.ToString();
    }

    /// <summary>The folder of the journal that keeps what this file does not have yet; it shares its fate.</summary>
    public string JournalDirectory => _file + ".journal";

    /// <summary>An open connection of the pool. Dispose it after use.</summary>
    public SqliteConnection Open()
    {
        SqliteConnection connection = new(_connectionString);
        connection.Open();
        return connection;
    }

    public void Dispose()
    {
        // The pool keeps the file open, and Windows deletes no open file.
        using (SqliteConnection connection = new(_connectionString))
            SqliteConnection.ClearPool(connection);
        if (!_temporary)
            return;
        foreach (string suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
            File.Delete(_file + suffix);
        if (Directory.Exists(JournalDirectory))
            Directory.Delete(JournalDirectory, recursive: true);
    }
}
