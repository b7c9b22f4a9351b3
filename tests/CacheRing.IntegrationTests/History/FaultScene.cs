using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>What a script works on; the proxies are before the last client alone.</summary>
internal sealed record FaultScene(HistoryRun Run, FaultyServers Servers, ProxiedServers Proxies, string InstanceName);
