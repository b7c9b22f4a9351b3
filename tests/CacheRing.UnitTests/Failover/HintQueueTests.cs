using CacheRing.Failover;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Failover;

/// <summary>What a node has not carried out is kept, once a key, within bounds.</summary>
[TestFixture]
internal sealed class HintQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_key_is_there_until_its_own_delivery()
    {
        HintQueue queue = Queue(10);
        Assert.That(queue.Add("a"), Is.True);
        Assert.That(queue.Add("a"), Is.True);
        Assert.That((queue.Count, queue.Contains("a"), queue.Contains("b")), Is.EqualTo((1, true, false)));
        queue.Delivered(queue.Snapshot());
        Assert.That((queue.Count, queue.Contains("a")), Is.EqualTo((0, false)));
    }

    [Test]
    public void One_that_was_renewed_while_it_was_being_delivered_stays()
    {
        HintQueue queue = Queue(10);
        queue.Add("a");
        queue.Add("b");
        Hint[] underway = queue.Snapshot();
        queue.Add("a");
        queue.Delivered(underway);
        Assert.That((queue.Count, queue.Contains("a"), queue.Contains("b")), Is.EqualTo((1, true, false)));
    }

    [Test]
    public void Beyond_the_bound_nothing_is_taken_and_a_loss_is_remembered_until_it_is_made_good()
    {
        HintQueue queue = Queue(2);
        Assert.That((queue.Add("a"), queue.Add("b"), queue.Add("c"), queue.Add("a")), Is.EqualTo((true, true, false, true)));
        Assert.That(queue.HasLost, Is.False);
        Assert.That(queue.GiveUp(out _), Is.EqualTo(2));
        Assert.That((queue.Count, queue.HasLost), Is.EqualTo((0, true)));

        int seen = queue.Lost;
        queue.GiveUp(out _);
        queue.MadeGood(seen);
        Assert.That(queue.HasLost, Is.True, "lost again meanwhile");
        queue.MadeGood(queue.Lost);
        Assert.That(queue.HasLost, Is.False);
    }

    [Test]
    public void The_oldest_decides_whether_they_are_overdue()
    {
        HintQueue queue = Queue(10);
        queue.Add("a");
        _time.Advance(TimeSpan.FromMinutes(9));
        queue.Add("b");
        Assert.That(queue.IsOverdue, Is.False);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(queue.IsOverdue, Is.True);
        queue.Add("a");
        Assert.That(queue.IsOverdue, Is.False, "what is asked for anew is young");
    }

    [Test]
    public void It_behaves_like_a_set_of_keys_whatever_is_done_to_it() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5]).Array[0, 60].Sample(steps =>
        {
            HintQueue queue = Queue(4);
            HashSet<string> model = [];
            foreach ((int step, int number) in steps)
            {
                string key = $"k{number}";
                if (step <= 1 && queue.Add(key))
                    model.Add(key);
                else if (step == 2)
                    Deliver(queue, model, key);
                else if (step == 3)
                    Assert.That(queue.Contains(key), Is.EqualTo(model.Contains(key)));
                Assert.That(queue.Count, Is.EqualTo(model.Count));
            }
        });

    private static void Deliver(HintQueue queue, HashSet<string> model, string key)
    {
        queue.Delivered([.. queue.Snapshot().Where(hint => hint.Key == key)]);
        model.Remove(key);
    }

    private HintQueue Queue(int most) => new(most, TimeSpan.FromMinutes(10), _time);
}
