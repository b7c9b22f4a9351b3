using CacheRing.Failover;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// The checker is not blind, and no protection is there for nothing: without it a stale read is found, and with it, in the
/// same course of events, none.
/// </summary>
[TestFixture]
public sealed class ProtectionTests
{
    private static IEnumerable<TestCaseData> Cases()
    {
        (Protections Protection, Func<ProtectionScene, Task> Script, Transport[] Transports)[] cases =
        [
            // Of those for Redis alone, most need a server that comes back with old data; a Memcached server has none. There a late write
            // is made unreadable by its stamp, on whatever connection it comes.
            (Protections.Connection, ProtectionScripts.ConnectionAsync, [Transport.Redis]),
            (Protections.Process, ProtectionScripts.ProcessAsync, [Transport.Redis]),
            (Protections.Equality, ProtectionScripts.EqualityAsync, [Transport.Redis]),
            (Protections.Hints, ProtectionScripts.HintsAsync, [Transport.Redis, Transport.Memcached]),
            (Protections.Quarantine, ProtectionScripts.QuarantineAsync, [Transport.Redis]),
            (Protections.Doubts, ProtectionScripts.DoubtsAsync, [Transport.Redis, Transport.Memcached]),
            (Protections.WriteNumbers, ProtectionScripts.WriteNumbersAsync, [Transport.Redis]),
            (Protections.ReplayOrder, ProtectionScripts.ReplayOrderAsync, [Transport.Redis]),
            (Protections.OverflowFence, ProtectionScripts.OverflowFenceAsync, [Transport.Redis, Transport.Memcached]),
        ];
        return from one in cases
               from transport in one.Transports
               select new TestCaseData(one.Protection.ToString(), one.Script, transport).SetArgDisplayNames(one.Protection.ToString(), transport.ToString());
    }

    private const int Runs = 8;

    [TestCaseSource(nameof(Cases))]
    public async Task A_stale_read_is_found_without_it_and_none_with_it(string protection, object script, Transport transport)
    {
        Func<ProtectionScene, Task> course = (Func<ProtectionScene, Task>)script;

        // A late write cannot be made to land each time: its absence is found in one of a few runs.
        HistoryResult without = await RunAsync(course, transport, Protections.All & ~Enum.Parse<Protections>(protection));
        for (int run = 1; run < Runs && without.Findings.Count == 0; run++)
            without = await RunAsync(course, transport, Protections.All & ~Enum.Parse<Protections>(protection));
        HistoryResult with = await RunAsync(course, transport, Protections.All);

        Assert.Multiple(() =>
        {
            Assert.That(without.Findings, Is.Not.Empty, "without it");
            Assert.That(with.Findings, Is.Empty, "with it");
        });
    }

    private static async Task<HistoryResult> RunAsync(Func<ProtectionScene, Task> script, Transport transport, Protections protections)
    {
        await using FaultyServers servers = await FaultyServers.StartAsync(transport, count: 1);
        await using RecordedClients clients = new();
        await script(new ProtectionScene(servers, clients, protections));
        return clients.Check();
    }
}
