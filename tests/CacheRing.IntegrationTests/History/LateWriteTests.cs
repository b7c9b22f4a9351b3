using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// A write without an answer is overtaken by the next version, and lands when the server goes on. Two hundred times in all.
/// </summary>
[TestFixture]
public sealed class LateWriteTests
{
    private const int Rounds = 70;
    private const int Keys = 8;

    // A client that gives a node one new generation after the other keeps away from it for longer each time.
    private const int RoundsOfAClient = 4;

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task It_is_never_read_again(Transport transport)
    {
        await using FaultyServers servers = await FaultyServers.StartAsync(transport, count: 1);
        await using RecordedClients clients = new();
        RecordedClient reader = await clients.StartAsync(servers.Endpoints, Configure);
        RecordedClient? writer = null;
        for (int round = 0; round < Rounds; round++)
        {
            if (round % RoundsOfAClient == 0)
            {
                await (writer?.DisposeAsync() ?? default);
                writer = await clients.StartAsync(servers.Endpoints, Configure);
            }

            await RoundAsync(round, servers, writer!, reader);
        }

        HistoryResult result = clients.Check();
        TestContext.Out.WriteLine(result);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(result.Queued, Is.GreaterThanOrEqualTo(Rounds * Keys), "the writes had no answer");
    }

    private static async Task RoundAsync(int round, FaultyServers servers, RecordedClient writer, RecordedClient reader)
    {
        int[] keys = [.. Enumerable.Range(0, Keys)];
        foreach (int key in keys)
            await writer.WriteAsync(key);
        await reader.ReadAsync(keys);

        servers.Suspend(0);
        await Task.WhenAll(keys.Select(key => round % 3 == 0 ? writer.Recorded.WriteUnsaidAsync(key, 10, new()) : writer.WriteAsync(key)));
        await Task.WhenAll(keys.Select(key => (key + round) % 2 == 0 ? writer.Recorded.RemoveAsync(key) : writer.WriteAsync(key)));
        servers.Resume(0);
        await writer.SettleAsync();

        await reader.ReadAsync(keys);
        await writer.ReadAsync(keys);
    }

    private static void Configure(FailoverOptions options)
    {
        options.OperationTimeout = TimeSpan.FromMilliseconds(50);
        options.ConnectTimeout = TimeSpan.FromMilliseconds(100);
        options.ReconnectDelay = TimeSpan.FromMilliseconds(10);
        options.ProbeInterval = TimeSpan.FromMilliseconds(10);
        options.MaxProbeInterval = TimeSpan.FromMilliseconds(100);
        options.FenceCheck = FenceCheck.EveryRead;
    }
}
