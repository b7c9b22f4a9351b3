using CacheRing.Diagnostics;
using CacheRing.Failover;
using CacheRing.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Polly.Telemetry;

namespace CacheRing.UnitTests.Failover;

/// <summary>The steps of a return, on a node inside the process.</summary>
[TestFixture]
internal sealed class RejoinerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CacheMeter _meter = new("", null);
    private MemoryNode _node = null!;
    private HintQueue _hints = null!;
    private DoubtList _doubts = null!;
    private Rejoiner _rejoiner = null!;

    [SetUp]
    public void Make()
    {
        _node = new MemoryNode("n", _time);
        _hints = new HintQueue(10, TimeSpan.FromMinutes(10), _time);
        _doubts = new DoubtList();
        FailoverOptions options = new();
        GuardSettings settings = new(
            options, HasGenerations: true, new GenerationClock(_time), new OutageWatch(1, NullLogger.Instance), new TelemetryOptions(), _time, NullLogger.Instance);
        _rejoiner = new Rejoiner(_node, settings, _hints, _doubts, new Lock(), new NodeMeter(_meter, "n"));
    }

    [TearDown]
    public async Task EndAsync() => await _node.DisposeAsync();

    [OneTimeTearDown]
    public void EndMeter() => _meter.Dispose();

    [Test]
    public async Task A_record_of_this_process_is_adopted_and_one_of_another_replaced()
    {
        NodeView first = await RejoinAsync(known: null);
        Assert.That((await RejoinAsync(first)).Generation, Is.EqualTo(first.Generation));
        Assert.That((await RejoinAsync(known: null)).Generation, Is.EqualTo(first.Generation), "a client that knows nothing");

        await ReplaceRecordAsync(new GenerationRecord(first.Generation, new NodeProcess("another")));
        Assert.That((await RejoinAsync(first)).Generation, Is.GreaterThan(first.Generation));
    }

    [Test]
    public async Task An_older_record_is_replaced_by_one_that_is_later_than_all_that_were_seen()
    {
        NodeView known = (await RejoinAsync(known: null)) with { Generation = ulong.MaxValue >> 8 };
        await ReplaceRecordAsync(new GenerationRecord(5, new NodeProcess("memory")));
        NodeView next = await RejoinAsync(known);
        Assert.That(next.Generation, Is.Not.EqualTo(5));
        Assert.That(GenerationRecord.Of((await _node.GreetAsync(GenerationRecord.Key, default)).Record)!.Generation, Is.EqualTo(next.Generation));
    }

    [Test]
    public async Task A_write_that_may_still_arrive_empties_the_node_unless_it_carries_another_generation_than_the_nodes()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation - 1);
        Assert.That((await RejoinAsync(known)).Generation, Is.EqualTo(known.Generation), "it will be unreadable");
        _doubts.Add(epoch: 0, known.Generation);
        Assert.That((await RejoinAsync(known)).Generation, Is.GreaterThan(known.Generation));
        Assert.That(_doubts.IsEmpty, Is.True);
    }

    [Test]
    public async Task A_client_that_empties_a_node_again_and_again_stays_out_twice_as_long_each_time()
    {
        NodeView view = await RejoinAsync(known: null);
        await LoseRecordAsync();
        view = await RejoinAsync(view);
        foreach (double seconds in (double[])[0.2, 0.4, 0.8])
        {
            await LoseRecordAsync();
            Task<NodeView> rejoining = RejoinAsync(view);
            _time.Advance(TimeSpan.FromSeconds(seconds * 0.74));
            Assert.That(rejoining.IsCompleted, Is.False, $"{seconds} s");
            _time.Advance(TimeSpan.FromSeconds(seconds * 0.52));
            view = await rejoining.WaitAsync(TimeSpan.FromSeconds(10));
        }

        // A minute later it is a client like any other.
        _time.Advance(TimeSpan.FromMinutes(2));
        await LoseRecordAsync();
        await RejoinAsync(view).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task No_hint_is_delivered_while_a_write_on_an_earlier_connection_may_still_land_behind_it()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation);
        _hints.Add("a");
        Assert.That(await _rejoiner.DeliverAsync(known.Epoch, default), Is.False);
        Assert.That(_hints.Count, Is.EqualTo(1));
        await RejoinAsync(known);
        Assert.That((_hints.Count, _doubts.IsEmpty), Is.EqualTo((0, true)));
    }

    [Test]
    public async Task All_hints_are_delivered_also_when_the_generation_has_moved()
    {
        NodeView known = await RejoinAsync(known: null);
        await _node.ReplaceAsync("a", null, [1], default);
        _hints.Add("a");
        await ReplaceRecordAsync(new GenerationRecord(known.Generation + 1, new NodeProcess("memory")));
        Assert.That((await RejoinAsync(known)).Generation, Is.EqualTo(known.Generation + 1));
        Assert.That(_hints.Count, Is.Zero);
        Assert.That((await _node.GetPairAsync("a", "b", default)).First, Is.Null);
    }

    private async Task<NodeView> RejoinAsync(NodeView? known) =>
        await _rejoiner.RunAsync(await _node.GreetAsync(GenerationRecord.Key, default), _time.GetTimestamp(), known, wasEjected: false, default);

    private Task LoseRecordAsync() => _node.RemoveManyAsync([GenerationRecord.Key], default);

    private async Task ReplaceRecordAsync(GenerationRecord record)
    {
        await LoseRecordAsync();
        await _node.ReplaceAsync(GenerationRecord.Key, null, record.ToBytes(), default);
    }
}
