using System.Globalization;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// Three processes read and write the same keys while servers die, hang and return; afterwards every read is held against what
/// had been written before it. No read may be staler than its bound.
/// </summary>
/// <remarks>CACHERING_HISTORY_OPERATIONS=1000000 makes it a long run; see <see cref="HistoryPlan"/>.</remarks>
[TestFixture]
public sealed class RecordedHistoryTests
{
    private const int Clients = 3;

    private static readonly (string Name, Func<FaultScene, Task> Script, int Servers)[] Outages =
    [
        ("killed and back empty", FaultScripts.KilledAndEmptyAsync, 3),
        ("suspended", FaultScripts.SuspendedAsync, 3),
        ("cut off from one client", FaultScripts.CutForOneAsync, 3),
        ("two of five", FaultScripts.TwoOfThemAsync, 5),
        ("all of them", FaultScripts.AllOfThemAsync, 3),
        ("anything at random", FaultScripts.AnythingAsync, 5),
    ];

    private static readonly (string Name, Func<FaultScene, Task> Script, int Servers)[] OtherFaults =
    [
        ("trickling to one client", FaultScripts.TricklingAsync, 3),
        ("flapping fifty times", FaultScripts.FlappingAsync, 3),
        ("generation deleted", FaultScripts.RecordDeletedAsync, 3),
        ("client killed with hints", FaultScripts.ClientKilledAsync, 3),
    ];

    private static IEnumerable<TestCaseData> Cases()
    {
        IEnumerable<HistoryCase> cases =
        [
            .. from transport in Enum.GetValues<Transport>()
               from mode in Enum.GetValues<FailoverMode>()
               from fault in mode == FailoverMode.Miss ? [.. Outages, .. OtherFaults] : Outages
               select new HistoryCase(fault.Name, fault.Script, transport, mode) { Servers = fault.Servers },
            .. from mode in Enum.GetValues<FailoverMode>()
               select new HistoryCase("killed and back with old data", FaultScripts.KilledAndOldAsync, Transport.Redis, mode),
            .. from transport in Enum.GetValues<Transport>()
               from check in Enum.GetValues<FenceCheck>()
               select new HistoryCase("more hints than are kept", FaultScripts.CutForOneAsync, transport) { MaxHints = 4, Check = check },
            new("cut off from one client", FaultScripts.CutForOneAsync, Transport.Redis) { Policy = FencePolicy.OnEjection },
            new("client killed with hints", FaultScripts.ClientKilledAsync, Transport.Redis) { Policy = FencePolicy.OnEjection },
            new("anything at random", FaultScripts.AnythingAsync, Transport.Memcached) { Servers = 5, Check = FenceCheck.EveryRead },
        ];
        return cases.Select(static one => new TestCaseData(one).SetArgDisplayNames(one.ToString()));
    }

    [TestCaseSource(nameof(Cases))]
    public async Task No_read_is_staler_than_its_bound(object oneCase)
    {
        HistoryCase one = (HistoryCase)oneCase;
        await using FaultyServers servers = await FaultyServers.StartAsync(one.Transport, one.Servers);
        await using ProxiedServers proxies = servers.Proxied();
        HistoryPlan plan = new()
        {
            Endpoints = [.. Enumerable.Range(0, Clients).Select(client => client == Clients - 1 ? proxies.Endpoints : servers.Endpoints)],
            Failover = FailoverOf(one),
            Bound = one.Bound,
            Seed = TestContext.CurrentContext.Random.Next(1_000_000),
        };
        await using HistoryRun run = await HistoryRun.StartAsync(plan);

        HistoryResult result = await run.CheckAsync(_ => one.Script(new FaultScene(run, servers, proxies, plan.InstanceName)));

        TestContext.Out.WriteLine($"{result}\n{string.Join('\n', run.Done)}");
        Assert.That(run.Complaint(result), Is.Null);
        Assert.That(result.Hits, Is.GreaterThan(result.Reads / 20), "stale reads could have been seen");
        if (one.HasOutage)
            Assert.That(result.Queued, Is.GreaterThan(0), "the fault was felt");
    }

    // Short, so that a short outage is one.
    private static Dictionary<string, string> FailoverOf(HistoryCase one) => new()
    {
        [nameof(FailoverOptions.Mode)] = one.Mode.ToString(),
        [nameof(FailoverOptions.FencePolicy)] = one.Policy.ToString(),
        [nameof(FailoverOptions.FenceCheck)] = one.Check.ToString(),
        [nameof(FailoverOptions.MaxHints)] = one.MaxHints.ToString(CultureInfo.InvariantCulture),
        [nameof(FailoverOptions.OperationTimeout)] = Milliseconds(100),
        [nameof(FailoverOptions.ConnectTimeout)] = Milliseconds(250),
        [nameof(FailoverOptions.ReconnectDelay)] = Milliseconds(50),
        [nameof(FailoverOptions.ProbeInterval)] = Milliseconds(20),
        [nameof(FailoverOptions.MaxProbeInterval)] = Milliseconds(200),
    };

    private static string Milliseconds(int count) => TimeSpan.FromMilliseconds(count).ToString("c", CultureInfo.InvariantCulture);
}
