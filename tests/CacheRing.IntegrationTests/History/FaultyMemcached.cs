using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>memcached processes.</summary>
internal sealed class FaultyMemcached(MemcachedFleet servers) : FaultyServers
{
    public override int Count => servers.Count;

    public override IReadOnlyList<string> Endpoints => servers.Endpoints;

    public override bool KeepsData => false;

    public override Task KillAsync(int node) => servers[node].KillAsync();

    public override Task RestartEmptyAsync(int node) => servers[node].RestartAsync();

    public override Task SaveAsync(int node) => throw new NotSupportedException("Memcached keeps nothing.");

    public override Task RestartOldAsync(int node) => throw new NotSupportedException("Memcached keeps nothing.");

    public override void Suspend(int node) => servers[node].Suspend();

    public override void Resume(int node) => servers[node].Resume();

    public override Task DeleteRecordAsync(int node, string instanceName) => servers[node].ExecuteAsync($"md {instanceName}{RecordKey}");

    public override async Task<bool> HasAsync(int node, string storedKey) =>
        (await servers[node].ExecuteAsync($"mg {storedKey}")).StartsWith("HD", StringComparison.Ordinal);

    public override Task RefuseWritesAsync(int node, bool refuse) => throw new NotSupportedException("Memcached has no such state.");

    public override ValueTask DisposeAsync() => servers.DisposeAsync();
}
