namespace CacheRing.Testing.History;

/// <summary>What one client process of a recorded run is to do; it comes to it as a JSON file.</summary>
public sealed record HistoryClientSettings
{
    /// <summary>The directory of the run: the store and all logs are in it.</summary>
    public required string Directory { get; init; }

    /// <summary>The client's number, from 0.</summary>
    public required int Client { get; init; }

    /// <summary>How many clients there are.</summary>
    public required int Clients { get; init; }

    /// <summary>The nodes as this client reaches them, in their order; they are named node-0, node-1 and so on.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    public required int Keys { get; init; }

    /// <summary>How many reads, writes and removes it makes; a batch counts once for each of its keys.</summary>
    public required int Operations { get; init; }

    public required int Workers { get; init; }

    public required int Seed { get; init; }

    /// <summary>How many operations a second, at most, over all workers.</summary>
    public required int Pace { get; init; }

    public string InstanceName { get; init; } = "h:";

    /// <summary>Settings under <c>Failover</c>, as in a configuration file.</summary>
    public IReadOnlyDictionary<string, string> Failover { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of a protection to take out.</summary>
    public string? Without { get; init; }

    /// <summary>The names of hosts that this client knows, as in <c>/etc/hosts</c>; Linux only.</summary>
    public string? HostsFile { get; init; }

    /// <summary>How far this client's wall clock is off.</summary>
    public int ClockSkewMilliseconds { get; init; }

    public string StoreFile => Path.Combine(Directory, "store");

    public string LogFile => Path.Combine(Directory, FormattableString.Invariant($"client-{Client}.log"));

    /// <summary>Room for all operations, two sweeps, and looks at the nodes for longer than any run takes.</summary>
    public long LogCapacity => (2L * Operations) + (4L * Keys) + 200_000;
}
