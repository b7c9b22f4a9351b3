using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Failover;

/// <summary>Connections on which a write may still arrive.</summary>
[TestFixture]
internal sealed class DoubtListTests
{
    private static readonly NodeProcess Server = new("a-server");

    [Test]
    public void A_doubt_knows_the_connection_by_the_servers_number_and_the_latest_generation_of_its_writes()
    {
        DoubtList doubts = new();
        doubts.Joined(3, 77, Server, 100);
        doubts.Joined(3, null, Server, 200);
        doubts.Add(3, 100, 1);
        Assert.That(doubts.Snapshot()[0].Process, Is.EqualTo(Server), "with which the connection ends");
        Assert.That(doubts.Snapshot().Select(static doubt => (doubt.Epoch, doubt.ConnectionId, doubt.Generation)), Is.EqualTo([(3, (long?)77, 200UL)]));
    }

    [Test]
    public void A_connection_that_was_never_greeted_has_no_number_unless_it_is_greeted_later()
    {
        DoubtList doubts = new();
        doubts.Add(5, 100, 1);
        Assert.That(doubts.Snapshot()[0].ConnectionId, Is.Null);
        doubts.Joined(5, 88, Server, 100);
        Assert.That(doubts.Snapshot()[0].ConnectionId, Is.EqualTo(88));
    }

    [Test]
    public void Settling_one_leaves_what_was_added_about_the_same_connection_meanwhile()
    {
        DoubtList doubts = new();
        doubts.Add(1, 100, 1);
        Doubt first = doubts.Snapshot()[0];
        doubts.Add(1, 100, 1);
        doubts.Settled(first);
        Assert.That(doubts.IsEmpty, Is.False);
        doubts.Settled(doubts.Snapshot()[0]);
        Assert.That(doubts.IsEmpty, Is.True);
    }

    [Test]
    public void Others_than_the_present_connection_are_told_apart()
    {
        DoubtList doubts = new();
        Assert.That(doubts.HasOtherThan(2), Is.False);
        doubts.Add(2, 100, 1);
        Assert.That((doubts.HasOtherThan(2), doubts.HasOtherThan(3)), Is.EqualTo((false, true)));
        doubts.Add(1, 100, 1);
        Assert.That(doubts.HasOtherThan(2), Is.True);
    }

    [Test]
    public void A_doubt_knows_the_earliest_stamp_of_its_writes_unless_one_of_them_is_not_known()
    {
        DoubtList doubts = new();
        foreach (ulong stamp in (ulong[])[20, 18, 25])
            doubts.Add(1, 100, stamp);
        Assert.That(doubts.Snapshot()[0].FirstStamp, Is.EqualTo(18));
        doubts.Add(2, 100, 3);
        doubts.Add(2, 100, ulong.MaxValue);
        Assert.That(doubts.Snapshot()[1].FirstStamp, Is.EqualTo(ulong.MaxValue), "stamps run over the highest number");
        doubts.Add(1, 100, 0);
        Assert.That(doubts.Snapshot()[0].FirstStamp, Is.Zero);
    }

    [Test]
    public void However_many_there_are_none_is_forgotten()
    {
        DoubtList doubts = new();
        for (int epoch = 1; epoch <= 1000; epoch++)
        {
            doubts.Joined(epoch, epoch, Server, (ulong)epoch);
            doubts.Add(epoch, 0, 1);
        }

        Doubt[] all = doubts.Snapshot();
        Assert.That(all, Has.Length.LessThanOrEqualTo(64));
        Doubt merged = all.MinBy(static doubt => doubt.Epoch);
        Assert.That(merged.ConnectionId, Is.Null, "they can only be told by another generation");
        Assert.That(merged.Generation, Is.EqualTo((ulong)merged.Epoch), "the latest of all that it stands for");
    }
}
