namespace CacheRing.Testing.Behind;

/// <summary>What a client of write-behind is told.</summary>
public sealed record BehindClientSettings
{
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>The SQLite file.</summary>
    public required string Database { get; init; }

    /// <summary>The journal's folder; null: it has none.</summary>
    public string? Journal { get; init; }

    /// <summary>The file of what was acknowledged.</summary>
    public required string Acknowledged { get; init; }

    public required int Keys { get; init; }

    public required int Workers { get; init; }
}
