namespace CacheRing.Testing.History;

/// <summary>What a recorded run is to be like.</summary>
public sealed record HistoryPlan
{
    // The longer run that belongs to a release: CACHERING_HISTORY_OPERATIONS=1000000 lets each client make that many.
    private const string OperationsVariable = "CACHERING_HISTORY_OPERATIONS";
    private const int LongPace = 20_000;

    private static readonly int? Longer =
        int.TryParse(Environment.GetEnvironmentVariable(OperationsVariable), out int operations) ? operations : null;

    /// <summary>For each client, the nodes as it reaches them.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Endpoints { get; init; }

    public int Keys { get; init; } = 240;

    /// <summary>How many reads, writes and removes each client makes.</summary>
    public int Operations { get; init; } = Longer ?? 10_000;

    public int Workers { get; init; } = 6;

    /// <summary>How many each client makes a second, at most: the servers share the machine's cores with the clients.</summary>
    public int Pace { get; init; } = Longer is null ? 5_000 : LongPace;

    public int Seed { get; init; } = 1;

    /// <summary>How far each client's wall clock is off.</summary>
    public IReadOnlyList<int> ClockSkewMilliseconds { get; init; } = [0, 1_500, -1_500];

    public string InstanceName { get; init; } = "h:";

    public IReadOnlyDictionary<string, string> Failover { get; init; } = new Dictionary<string, string>();

    /// <summary>The names of hosts that the clients know, as in <c>/etc/hosts</c>; Linux only.</summary>
    public string? HostsFile { get; init; }

    /// <summary>A protection that all clients do without.</summary>
    public string? Without { get; init; }

    /// <summary>How stale a read may be.</summary>
    public TimeSpan Bound { get; init; }

    internal HistoryClientSettings SettingsOf(int client, string directory) => new()
    {
        Directory = directory,
        Client = client,
        Clients = Endpoints.Count,
        Endpoints = Endpoints[client],
        Keys = Keys,
        Operations = Operations,
        Workers = Workers,
        Seed = Seed,
        Pace = Pace,
        InstanceName = InstanceName,
        Failover = Failover,
        HostsFile = HostsFile,
        Without = Without,
        ClockSkewMilliseconds = ClockSkewMilliseconds[client % ClockSkewMilliseconds.Count],
    };
}
