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
    private GuardSettings _settings = null!;

    [SetUp]
    public void Make()
    {
        _node = new MemoryNode("n", _time);
        _hints = new HintQueue(10, TimeSpan.FromMinutes(10), _time);
        _doubts = new DoubtList();
        FailoverOptions options = new();
        _settings = new(
            options, HasGenerations: true, new GenerationClock(_time), new OutageWatch(NullLogger.Instance), new TelemetryOptions(), _time, NullLogger.Instance);
        _rejoiner = new Rejoiner(_node, _settings, _hints, _doubts, new Lock(), new NodeMeter(_meter, "n"), static () => { });
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
        Assert.That((await RecordAsync()).Generation, Is.EqualTo(next.Generation));
    }

    [Test]
    public async Task A_write_that_may_still_arrive_is_made_unreadable_and_nothing_else_on_the_node_is()
    {
        NodeView known = await RejoinAsync(known: null);
        ulong before = _settings.Stamps.Next();
        ulong late = _settings.Stamps.Next();
        ulong untold = _settings.Stamps.Next();
        _doubts.Add(epoch: 0, known.Generation, late);
        NodeView view = await RejoinAsync(known);

        Assert.That(view.Generation, Is.EqualTo(known.Generation), "the node keeps what it has");
        Assert.That((view.Voided.Contains(before), view.Voided.Contains(late), view.Voided.Contains(untold)), Is.EqualTo((false, true, true)));
        Assert.That((await RecordAsync()).Voided.Contains(late), Is.True, "for every client");
        Assert.That(view.Voided.Contains(_settings.Stamps.Next()), Is.False, "what is written from now on is readable");
        Assert.That(_doubts.IsEmpty, Is.True);
    }

    [Test]
    public async Task One_that_carries_another_generation_than_the_nodes_is_unreadable_by_itself()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation - 1, 5);
        NodeView view = await RejoinAsync(known);
        Assert.That((view.Generation, view.Voided.IsEmpty, _doubts.IsEmpty), Is.EqualTo((known.Generation, true, true)));
    }

    [Test]
    public async Task One_whose_stamp_is_not_known_empties_the_node()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation, stamp: 0);
        Assert.That((await RejoinAsync(known)).Generation, Is.GreaterThan(known.Generation));
        Assert.That(_doubts.IsEmpty, Is.True);
    }

    [Test]
    public async Task A_new_generation_forgets_the_voided_stamps_as_nothing_of_the_old_one_is_readable()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation, _settings.Stamps.Next());
        NodeView voided = await RejoinAsync(known);
        _hints.Add("a");
        _hints.GiveUp(out _);
        NodeView fenced = await RejoinAsync(voided);
        Assert.That((voided.Voided.IsEmpty, fenced.Voided.IsEmpty), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task A_record_of_a_later_version_is_left_as_it_is_and_the_node_is_not_used()
    {
        byte[] later = [99, 1, 2, 3];
        await _node.ReplaceAsync(GenerationRecord.Key, null, later, default);
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => RejoinAsync(known: null)))!;
        Assert.That(error.Message, Does.Contain("later version").And.Contain("Upgrade"));
        Assert.That((await _node.GreetAsync(GenerationRecord.Key, default)).Record, Is.EqualTo(later));
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
    public async Task Hints_that_are_lost_while_it_stays_out_are_made_good_by_the_generation_that_ends_the_wait()
    {
        NodeView view = await RejoinAsync(known: null);
        await LoseRecordAsync();
        view = await RejoinAsync(view);

        _hints.Add("a");
        _hints.GiveUp(out _);
        Task<NodeView> rejoining = RejoinAsync(view);
        Assert.That(rejoining.IsCompleted, Is.False, "it stays out for a while");
        _hints.Add("b");
        _hints.GiveUp(out _);
        _time.Advance(TimeSpan.FromSeconds(1));
        await rejoining.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(_hints.HasLost, Is.False, "or the node would be emptied again, and again");
    }

    [Test]
    public async Task A_record_that_another_client_renews_while_this_one_stays_out_is_not_replaced_for_what_is_made_good_by_it()
    {
        NodeView view = await RejoinAsync(known: null);
        await LoseRecordAsync();
        view = await RejoinAsync(view);

        await LoseRecordAsync();
        Task<NodeView> rejoining = RejoinAsync(view);
        Assert.That(rejoining.IsCompleted, Is.False, "it stays out for a while");
        GenerationRecord others = new(view.Generation + (1UL << 32), new NodeProcess("memory"));
        await ReplaceRecordAsync(others);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await rejoining.WaitAsync(TimeSpan.FromSeconds(10))).Generation, Is.EqualTo(others.Generation));
    }

    [Test]
    public async Task No_hint_is_delivered_while_a_write_on_an_earlier_connection_may_still_land_behind_it()
    {
        NodeView known = await RejoinAsync(known: null);
        _doubts.Add(epoch: 0, known.Generation, 1);
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

    private async Task<GenerationRecord> RecordAsync()
    {
        Assert.That(GenerationRecord.TryRead((await _node.GreetAsync(GenerationRecord.Key, default)).Record, out GenerationRecord? record), Is.True);
        return record!;
    }

    private Task LoseRecordAsync() => _node.RemoveManyAsync([GenerationRecord.Key], default);

    private async Task ReplaceRecordAsync(GenerationRecord record)
    {
        await LoseRecordAsync();
        await _node.ReplaceAsync(GenerationRecord.Key, null, record.ToBytes(), default);
    }
}
