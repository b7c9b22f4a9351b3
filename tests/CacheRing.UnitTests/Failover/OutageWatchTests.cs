using CacheRing.Diagnostics;
using CacheRing.Failover;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.UnitTests.Failover;

/// <summary>When most nodes look dead at once, this process is suspected, and says so once.</summary>
[TestFixture]
internal sealed class OutageWatchTests
{
    private readonly FakeLogger _log = new();
    private readonly CacheMeter _meter = new("", null);

    [SetUp]
    public void Clear() => _log.Collector.Clear();

    [OneTimeTearDown]
    public void EndMeter() => _meter.Dispose();

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 1)]
    [TestCase(4, 2)]
    [TestCase(5, 2)]
    [TestCase(10, 5)]
    public void No_more_than_half_of_the_nodes_are_given_up_where_there_are_three_or_more(int nodes, int most)
    {
        OutageWatch watch = new(_log);
        HealthMonitor[] all = Nodes(watch, nodes);
        Assert.That(all.Count(node => watch.TryEject(node, null)), Is.EqualTo(most));
        Assert.That(all.Count(static node => node.Current == NodeHealth.Ejected), Is.EqualTo(most));
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(nodes > most ? 1 : 0));
    }

    [Test]
    public void One_that_is_back_makes_room_for_another_and_it_is_said_again_only_after_all_were_back()
    {
        OutageWatch watch = new(_log);
        HealthMonitor[] all = Nodes(watch, 3);
        Assert.That((watch.TryEject(all[0], null), watch.TryEject(all[0], null), watch.TryEject(all[1], null)), Is.EqualTo((true, true, false)));
        watch.TryEject(all[2], null);
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(1));
        foreach (HealthEvent what in (HealthEvent[])[HealthEvent.HalfOpened, HealthEvent.Answered, HealthEvent.Joined])
            all[0].Move(what);
        Assert.That((watch.TryEject(all[1], null), watch.TryEject(all[2], null)), Is.EqualTo((true, false)));
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(2));
    }

    private HealthMonitor[] Nodes(OutageWatch watch, int count)
    {
        HealthMonitor[] nodes =
        [
            .. Enumerable.Range(0, count).Select(i =>
                new HealthMonitor($"n{i}", new NodeMeter(_meter, $"n{i}"), NullLogger.Instance, TimeProvider.System, static _ => { })),
        ];
        foreach (HealthMonitor node in nodes)
        {
            node.Move(HealthEvent.Joined);
            watch.Add(node);
        }

        return nodes;
    }
}
