using CacheRing.Diagnostics;
using CacheRing.Failover;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Failover;

/// <summary>A failing node is logged so that a person can read it: when it begins, now and then, when it ends.</summary>
[TestFixture]
internal sealed class NodeFaultLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private NodeFaultLog _log = null!;

    [SetUp]
    public void CreateLog()
    {
        _logger.Collector.Clear();
        _log = new NodeFaultLog("cache-1", _logger, _time);
    }

    [Test]
    public void A_thousand_failures_at_once_are_one_warning_with_the_problem_in_it()
    {
        for (int i = 0; i < 1000; i++)
            Fail();
        Assert.That(Ids(), Is.EqualTo([1]));
        Assert.That(_logger.LatestRecord.Level, Is.EqualTo(LogLevel.Warning));
        Assert.That(_logger.LatestRecord.Message, Does.StartWith("it is down."));
    }

    [Test]
    public void While_it_goes_on_there_is_a_summary_each_ten_seconds()
    {
        Fail();
        for (int i = 0; i < 40; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
            Fail(operation: CacheOperation.Set);
        }

        Assert.That(Ids(), Is.EqualTo([1, 2, 2]));
        Assert.That(_logger.LatestRecord.Message, Does.Contain("20 calls have failed since the last report, 20 of them writes"));
    }

    [Test]
    public void Calls_that_are_not_made_because_the_node_is_known_to_be_out_are_summed_up_and_no_news()
    {
        for (int i = 0; i < 40; i++)
        {
            _log.Failed(new NodeException("cache-1", NodeFailureKind.Unreachable, "it is down."), CacheOperation.Get, keys: 1, isKnown: true);
            _time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.That(Ids(), Is.EqualTo([2]));
    }

    [Test]
    public void A_new_kind_of_failure_is_reported_at_once()
    {
        Fail();
        Fail(NodeFailureKind.AccessDenied);
        Assert.That(Ids(), Is.EqualTo([1, 1]));
    }

    [Test]
    public void Two_kinds_that_take_turns_are_two_warnings()
    {
        for (int i = 0; i < 1000; i++)
            Fail(i % 2 == 0 ? NodeFailureKind.Timeout : NodeFailureKind.Unreachable);
        Assert.That(Ids(), Is.EqualTo([1, 1]));
    }

    [Test]
    public void It_is_back_when_it_has_answered_for_two_seconds_without_a_failure()
    {
        Fail();
        Fail(operation: CacheOperation.Remove);
        _log.Succeeded();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        _log.Succeeded();
        Assert.That(Ids(), Is.EqualTo([1]));

        _time.Advance(TimeSpan.FromSeconds(0.1));
        _log.Succeeded();
        _log.Succeeded();
        Assert.That(Ids(), Is.EqualTo([1, 3]));
        Assert.That(_logger.LatestRecord.Message, Does.Contain("after 2.0 s").And.Contain("Failed calls: 2, of them writes or removes: 1"));
    }

    [Test]
    public void A_node_that_takes_reads_and_refuses_writes_does_not_flood_the_log()
    {
        for (int i = 0; i < 1000; i++)
        {
            Fail(NodeFailureKind.OutOfMemory, CacheOperation.Set);
            _log.Succeeded();
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }

        Assert.That(Ids(), Is.EqualTo([51]));
    }

    private void Fail(NodeFailureKind kind = NodeFailureKind.Unreachable, CacheOperation operation = CacheOperation.Get) =>
        _log.Failed(new NodeException("cache-1", kind, "it is down."), operation, keys: 1);

    private int[] Ids() => [.. _logger.Collector.GetSnapshot().Select(static record => record.Id.Id)];
}
