using CacheRing.HistoryClient;
using CacheRing.Testing;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>Clients that disagree about which node is out, one step after the other.</summary>
[TestFixture]
public sealed class NextNodeTests
{
    private const int Key = 0;
    private const int Servers = 3;

    [TestCase(Transport.Redis, false)]
    [TestCase(Transport.Redis, true)]
    [TestCase(Transport.Memcached, false)]
    [TestCase(Transport.Memcached, true)]
    public async Task A_change_that_the_next_node_has_not_heard_of_is_not_called_applied(Transport transport, bool byRemove)
    {
        await using FaultyServers servers = await FaultyServers.StartAsync(transport, Servers);
        await using ProxiedServers writersNetwork = servers.Proxied(), readersNetwork = servers.Proxied();
        await using RecordedClients clients = new();
        RecordedClient writer = await clients.StartAsync(writersNetwork.Endpoints, Configure);
        RecordedClient reader = await clients.StartAsync(readersNetwork.Endpoints, Configure);
        int owner = IndexOf(writer.Cache.Locate(RecordedCache.NameOf(Key)).Owner);

        // A guest at the next node, that the reader reads for as long as it is cut off from the owner.
        await CutAsync(writersNetwork, owner, writer);
        await CutAsync(readersNetwork, owner, reader);
        Assert.That(await writer.WriteAsync(Key), Is.EqualTo(HistoryOutcome.Queued));
        int next = await HolderAsync(servers);
        Assert.That(await reader.Recorded.ReadAsync(Key), Is.True);
        writersNetwork[owner].Heal();
        await writer.SettleAsync();

        // The owner has the change, the next node has not.
        await CutAsync(writersNetwork, next, writer);
        HistoryOutcome outcome = await (byRemove ? writer.Recorded.RemoveAsync(Key) : writer.WriteAsync(Key));
        await reader.ReadAsync(Key);
        writersNetwork[next].Heal();
        await writer.SettleAsync();
        await reader.ReadAsync(Key);

        Assert.That(clients.Check().Findings, Is.Empty);
        Assert.That(outcome, Is.EqualTo(HistoryOutcome.Queued));
    }

    private static async Task CutAsync(ProxiedServers network, int node, RecordedClient client)
    {
        network[node].Cut();
        await Poll.UntilAsync(
            async () =>
            {
                _ = await client.Cache.GetManyAsync(Enumerable.Range(0, 50).Select(static i => $"any-{i}"));
                return client.Cache.GetNodes()[node].Health is not (NodeHealth.Healthy or NodeHealth.Suspect);
            },
            "the client to know that the node is out");
    }

    private static async Task<int> HolderAsync(FaultyServers servers)
    {
        for (int node = 0; node < Servers; node++)
        {
            if (await servers.HasAsync(node, RecordedClients.InstanceName + RecordedCache.NameOf(Key)))
                return node;
        }

        throw new InvalidOperationException("No server has the key.");
    }

    private static int IndexOf(string node) => int.Parse(node["node-".Length..], System.Globalization.CultureInfo.InvariantCulture);

    private static void Configure(FailoverOptions options)
    {
        options.Mode = FailoverMode.NextNode;
        options.OperationTimeout = TimeSpan.FromMilliseconds(200);
        options.ReconnectDelay = TimeSpan.FromMilliseconds(20);
        options.ProbeInterval = TimeSpan.FromMilliseconds(20);
        options.MaxProbeInterval = TimeSpan.FromMilliseconds(100);
        options.FenceCheck = FenceCheck.EveryRead;
    }
}
