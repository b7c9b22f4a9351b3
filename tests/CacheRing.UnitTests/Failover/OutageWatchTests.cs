using CacheRing.Failover;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.UnitTests.Failover;

/// <summary>When most nodes look dead at once, this process is suspected, and says so once.</summary>
[TestFixture]
internal sealed class OutageWatchTests
{
    private readonly FakeLogger _log = new();

    [SetUp]
    public void Clear() => _log.Collector.Clear();

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 1)]
    [TestCase(4, 2)]
    [TestCase(5, 2)]
    [TestCase(10, 5)]
    public void No_more_than_half_of_the_nodes_are_given_up_where_there_are_three_or_more(int nodes, int most)
    {
        OutageWatch watch = new(nodes, _log);
        Assert.That(Enumerable.Range(0, nodes).Count(i => watch.TryEject($"n{i}")), Is.EqualTo(most));
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(nodes > most ? 1 : 0));
    }

    [Test]
    public void One_that_is_back_makes_room_for_another_and_it_is_said_again_only_after_all_were_back()
    {
        OutageWatch watch = new(3, _log);
        Assert.That((watch.TryEject("a"), watch.TryEject("a"), watch.TryEject("b")), Is.EqualTo((true, true, false)));
        watch.TryEject("c");
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(1));
        watch.Back("a");
        Assert.That((watch.TryEject("b"), watch.TryEject("c")), Is.EqualTo((true, false)));
        Assert.That(_log.Collector.GetSnapshot(), Has.Count.EqualTo(2));
    }
}
