using CacheRing.Failover;
using Microsoft.Extensions.Time.Testing;
using Polly.Telemetry;

namespace CacheRing.UnitTests.Failover;

/// <summary>Polly's breaker, fed from outside: so many failures in a row open it, and one trial at a time closes it.</summary>
[TestFixture]
internal sealed class NodeCircuitTests
{
    private static readonly NodeException Failure = new("n", NodeFailureKind.Timeout, "It did not answer.");
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _events = [];
    private NodeCircuit _circuit = null!;

    [SetUp]
    public void Make()
    {
        _events.Clear();
        _time.AutoAdvanceAmount = TimeSpan.Zero;
        _circuit = new NodeCircuit(new CircuitSettings(
            "n",
            3,
            TimeSpan.FromMilliseconds(100),
            TimeSpan.FromSeconds(1),
            _time,
            new TelemetryOptions(),
            failure => Say($"opened by {failure?.Kind}")));
    }

    [Test]
    public async Task So_many_failures_in_a_row_open_it()
    {
        await _circuit.FailedAsync(Failure, isLasting: false);
        await _circuit.FailedAsync(Failure, isLasting: false);
        Assert.That(Events, Is.Empty);
        await _circuit.FailedAsync(Failure, isLasting: false);
        Assert.That(Events, Is.EqualTo(["opened by Timeout"]));
    }

    [Test]
    public async Task A_success_between_them_begins_the_count_anew()
    {
        for (int i = 0; i < 10; i++)
        {
            await _circuit.FailedAsync(Failure, isLasting: false);
            await _circuit.FailedAsync(Failure, isLasting: false);
            await _circuit.SucceededAsync();
        }

        Assert.That(Events, Is.Empty);
    }

    [Test]
    public async Task A_refusal_that_will_last_opens_it_at_once()
    {
        await _circuit.FailedAsync(new NodeException("n", NodeFailureKind.AccessDenied, "No."), isLasting: true);
        Assert.That(Events, Is.EqualTo(["opened by AccessDenied"]));
    }

    [Test]
    public async Task Trials_come_further_apart_up_to_the_cap_and_a_good_one_closes_it()
    {
        await _circuit.FailedAsync(Failure, isLasting: true);
        (TimeSpan? left, int early) = await TryAsync(fails: true);
        Assert.That((left is null, early), Is.EqualTo((false, 0)), "not before its time");

        double longest = 0.1;
        for (int i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(Math.Min(1.25, longest * 1.25) + 0.01));
            (TimeSpan? pause, int tried) = await TryAsync(fails: true);
            Assert.That(tried, Is.EqualTo(1), $"trial {i}");
            longest = Math.Min(1, longest * 2);
            Assert.That(pause!.Value.TotalSeconds, Is.InRange(longest * 0.74, longest * 1.26), $"after trial {i}");
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await TryAsync(fails: false)).Pause, Is.Null);
        Assert.That((await TryAsync(fails: false)).Tried, Is.EqualTo(1), "it is closed");
    }

    [Test]
    public async Task A_node_that_refuses_again_soon_after_its_return_is_tried_the_more_seldom_each_time()
    {
        NodeException refusal = new("n", NodeFailureKind.AccessDenied, "No.");
        double longest = 0;
        for (int i = 0; i < 8; i++)
        {
            await _circuit.FailedAsync(refusal, isLasting: true);
            (TimeSpan? pause, _) = await TryAsync(fails: true);
            if (i >= 4)
                Assert.That(pause!.Value.TotalSeconds, Is.GreaterThan(1.3), "longer than for a node that stays away");
            longest = pause!.Value.TotalSeconds;
            _time.Advance(pause.Value + TimeSpan.FromMilliseconds(1));
            Assert.That((await TryAsync(fails: false)).Pause, Is.Null);
        }

        Assert.That(longest, Is.GreaterThan(5));
        _time.Advance(TimeSpan.FromMinutes(1));
        await _circuit.FailedAsync(refusal, isLasting: true);
        Assert.That((await TryAsync(fails: true)).Pause!.Value.TotalSeconds, Is.LessThan(0.2), "it was well meanwhile");
    }

    [Test]
    public async Task Calls_that_were_under_way_when_it_opened_neither_count_nor_pass_for_a_trial()
    {
        await _circuit.FailedAsync(Failure, isLasting: true);
        _time.Advance(TimeSpan.FromSeconds(10));
        await _circuit.FailedAsync(Failure, isLasting: false);
        Assert.That(Events, Is.EqualTo(["opened by Timeout"]));
    }

    [Test]
    public async Task A_pause_is_never_negative_however_long_the_circuit_takes_to_say_it()
    {
        // Each look at the clock takes most of the pause: the circuit finds it not over, and then says what is left of it.
        _time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(70);
        for (int i = 0; i < 20; i++)
        {
            await _circuit.FailedAsync(Failure, isLasting: true);
            Assert.That((await TryAsync(fails: true)).Pause ?? TimeSpan.Zero, Is.GreaterThanOrEqualTo(TimeSpan.Zero));
        }
    }

    private string[] Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    private void Say(string what)
    {
        lock (_events)
        {
            _events.Add(what);
        }
    }

    private async Task<(TimeSpan? Pause, int Tried)> TryAsync(bool fails)
    {
        int count = 0;
        TimeSpan? pause = await _circuit.TryAsync(
            _ =>
            {
                count++;
                return fails ? ValueTask.FromException(Failure) : default;
            },
            default);
        return (pause, count);
    }
}
