using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>redis-server processes.</summary>
internal sealed class FaultyRedis(RedisFleet servers) : FaultyServers
{
    public override int Count => servers.Count;

    public override IReadOnlyList<string> Endpoints => servers.Endpoints;

    public override bool KeepsData => true;

    public override Task KillAsync(int node) => servers[node].KillAsync();

    public override Task RestartEmptyAsync(int node) => servers[node].RestartAsync(keepData: false);

    public override Task SaveAsync(int node) => servers[node].SaveAsync();

    public override Task RestartOldAsync(int node) => servers[node].RestartAsync(keepData: true);

    public override void Suspend(int node) => servers[node].Suspend();

    public override void Resume(int node) => servers[node].Resume();

    public override Task DeleteRecordAsync(int node, string instanceName) => servers[node].DeleteRecordAsync(instanceName);

    public override async Task<bool> HasAsync(int node, string storedKey) => await servers[node].ExecuteAsync("EXISTS", storedKey) == "1";

    // As a server does that is set to write only with a replica, and has none.
    public override Task RefuseWritesAsync(int node, bool refuse) =>
        servers[node].ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", refuse ? "1" : "0");

    public override ValueTask DisposeAsync() => servers.DisposeAsync();
}
