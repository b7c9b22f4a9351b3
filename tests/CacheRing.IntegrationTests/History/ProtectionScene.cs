using CacheRing.Failover;

namespace CacheRing.IntegrationTests.History;

/// <summary>One server, and clients that do without some protection.</summary>
internal sealed class ProtectionScene
{
    private readonly RecordedClients _clients;
    private readonly Protections _protections;

    public ProtectionScene(FaultyServers servers, RecordedClients clients, Protections protections)
    {
        Servers = servers;
        _clients = clients;
        _protections = protections;
    }

    public FaultyServers Servers { get; }

    public Task<RecordedClient> StartAsync(
        Action<FailoverOptions>? configure = null, IEnumerable<string>? endpoints = null, TimeProvider? time = null) =>
        _clients.StartAsync(
            endpoints ?? Servers.Endpoints,
            options =>
            {
                options.Protections = _protections;
                options.OperationTimeout = TimeSpan.FromMilliseconds(100);
                options.ReconnectDelay = TimeSpan.FromMilliseconds(20);
                options.ProbeInterval = TimeSpan.FromMilliseconds(20);

                // Another client's new generation holds at once: what is read after it, then, is no matter of time.
                options.FenceCheck = FenceCheck.EveryRead;

                // An ejection would help, where the missing protection is to be missed.
                options.FailuresBeforeEjection = 1_000;
                configure?.Invoke(options);
            },
            time);
}
