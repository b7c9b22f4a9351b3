using CacheRing.Failover;

namespace CacheRing.UnitTests.Failover;

/// <summary>The whole state machine: every state with every event.</summary>
[TestFixture]
internal sealed class HealthTableTests
{
    // What is not here changes nothing.
    private static readonly Dictionary<(NodeHealth, HealthEvent), NodeHealth> Transitions = new()
    {
        [(NodeHealth.Healthy, HealthEvent.Failed)] = NodeHealth.Suspect,
        [(NodeHealth.Healthy, HealthEvent.Distrusted)] = NodeHealth.Rejoining,
        [(NodeHealth.Healthy, HealthEvent.Opened)] = NodeHealth.Ejected,
        [(NodeHealth.Suspect, HealthEvent.Succeeded)] = NodeHealth.Healthy,
        [(NodeHealth.Suspect, HealthEvent.Joined)] = NodeHealth.Healthy,
        [(NodeHealth.Suspect, HealthEvent.Distrusted)] = NodeHealth.Rejoining,
        [(NodeHealth.Suspect, HealthEvent.Opened)] = NodeHealth.Ejected,
        [(NodeHealth.Ejected, HealthEvent.HalfOpened)] = NodeHealth.Probing,
        [(NodeHealth.Probing, HealthEvent.Answered)] = NodeHealth.Rejoining,
        [(NodeHealth.Probing, HealthEvent.Opened)] = NodeHealth.Ejected,
        [(NodeHealth.Rejoining, HealthEvent.Joined)] = NodeHealth.Healthy,
        [(NodeHealth.Rejoining, HealthEvent.Opened)] = NodeHealth.Ejected,
    };

    [Test]
    public void Every_state_and_event_leads_where_the_table_says()
    {
        foreach (NodeHealth state in Enum.GetValues<NodeHealth>())
        {
            foreach (HealthEvent what in Enum.GetValues<HealthEvent>())
                Assert.That(HealthTable.Next(state, what), Is.EqualTo(Transitions.GetValueOrDefault((state, what), state)), $"{state}, {what}");
        }
    }

    [Test]
    public void The_only_way_back_into_use_from_an_ejection_is_through_probing_and_rejoining()
    {
        foreach (HealthEvent what in Enum.GetValues<HealthEvent>())
        {
            Assert.That(HealthTable.Next(NodeHealth.Ejected, what), Is.AnyOf(NodeHealth.Ejected, NodeHealth.Probing));
            Assert.That(HealthTable.Next(NodeHealth.Probing, what), Is.AnyOf(NodeHealth.Probing, NodeHealth.Ejected, NodeHealth.Rejoining));
        }
    }
}
