namespace CacheRing.Testing.Loads;

/// <summary>What one client process of a run is; it comes to it as a JSON file.</summary>
public sealed record LoadClientSettings
{
    /// <summary>The directory of the run, with what all its clients share.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The client's number, from 0.</summary>
    public int Client { get; init; }

    /// <summary>The nodes, in their order; they are named node-0, node-1 and so on.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>How many keys the run has.</summary>
    public required int Keys { get; init; }

    /// <summary>How many versions a key can have.</summary>
    public int Versions { get; init; } = 1;

    public int LeaseMilliseconds { get; init; } = 2_000;

    /// <summary>Whether the client keeps values in its process too.</summary>
    public bool KeepsLocally { get; init; }

    /// <summary>Whether a write through the cache leaves nothing in it.</summary>
    public bool LeavesNothing { get; init; }

    /// <summary>Settings under <c>Failover</c>, as in a configuration file.</summary>
    public IReadOnlyDictionary<string, string> Failover { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of a protection to take out.</summary>
    public string? Without { get; init; }

    public string File => Path.Combine(Directory, FormattableString.Invariant($"client-{Client}.json"));

    public string StoreFile => Path.Combine(Directory, "store");

    public string RemovedFile => Path.Combine(Directory, "removed");

    public string BoardFile => Path.Combine(Directory, "board");
}
