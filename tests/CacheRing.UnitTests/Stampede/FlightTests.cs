using CacheRing.Stampede;

namespace CacheRing.UnitTests.Stampede;

/// <summary>What callers who share a flight may rely on, whatever it is that the flight reads and loads.</summary>
[TestFixture]
internal sealed class FlightTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Who_is_there_when_a_step_begins_gets_its_result()
    {
        StagedFlight flight = new();
        WaitGroup<int> one = flight.TryJoin("caller")!;
        WaitGroup<int> two = flight.TryJoin("caller")!;
        Task running = flight.RunAsync();
        await flight.FinishRoundAsync(1);
        Assert.That(await flight.WaitAsync(one, default), Is.EqualTo(1));
        Assert.That(await flight.WaitAsync(two, default), Is.EqualTo(1));
        await running.WaitAsync(Soon);
        Assert.That(flight.Rounds, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_comes_after_a_step_began_is_served_by_the_next_together_with_all_who_did()
    {
        StagedFlight flight = new();
        WaitGroup<int> early = flight.TryJoin("caller")!;
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        WaitGroup<int>[] late = [.. Enumerable.Range(0, 5).Select(_ => flight.TryJoin("caller")!)];
        await flight.FinishRoundAsync(1);
        Assert.That(await flight.WaitAsync(early, default), Is.EqualTo(1));
        Assert.That(late.All(static group => !group.Task.IsCompleted), Is.True, "what was read before they came is not for them");
        await flight.FinishRoundAsync(2);
        foreach (WaitGroup<int> group in late)
            Assert.That(await flight.WaitAsync(group, default), Is.EqualTo(2));
        await running.WaitAsync(Soon);
        Assert.That(flight.Rounds, Is.EqualTo(2));
    }

    [Test]
    public async Task The_next_round_is_done_as_its_own_callers_would_and_not_as_those_who_are_gone()
    {
        StagedFlight flight = new();
        WaitGroup<int> early = flight.TryJoin("early")!;
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        WaitGroup<int> late = flight.TryJoin("late")!;
        await flight.FinishRoundAsync(1);
        await flight.WaitAsync(early, default);
        await flight.FinishRoundAsync(2);
        await flight.WaitAsync(late, default);
        await running.WaitAsync(Soon);
        Assert.That(flight.GoesOnFor, Is.EqualTo("late"));
    }

    [TestCase(true, 1, 1, Description = "stored: it was valid for them too")]
    [TestCase(false, 2, 2, Description = "refused: something has changed the key")]
    public async Task Who_comes_during_a_load_gets_its_value_only_if_the_fill_was_stored(bool isStored, int expected, int rounds)
    {
        StagedFlight flight = new() { FillsStored = isStored };
        WaitGroup<int> early = flight.TryJoin("caller")!;
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        WaitGroup<int> late = flight.TryJoin("caller")!;
        await flight.FinishRoundAsync(1);
        Assert.That(await flight.WaitAsync(early, default), Is.EqualTo(1));
        if (!isStored)
            await flight.FinishRoundAsync(2);
        Assert.That(await flight.WaitAsync(late, default), Is.EqualTo(expected));
        await running.WaitAsync(Soon);
        Assert.That(flight.Rounds, Is.EqualTo(rounds));
    }

    [Test]
    public async Task A_callers_cancellation_ends_its_own_wait_and_no_others()
    {
        StagedFlight flight = new();
        using CancellationTokenSource source = new();
        WaitGroup<int> one = flight.TryJoin("caller")!;
        Task<int> first = flight.WaitAsync(one, source.Token).AsTask();
        Task<int> second = flight.WaitAsync(flight.TryJoin("caller")!, default).AsTask();
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        await source.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(flight.IsAbandoned, Is.False);
        await flight.FinishRoundAsync(7);
        Assert.That(await second, Is.EqualTo(7));
        await running.WaitAsync(Soon);
    }

    [Test]
    public async Task The_flight_is_cancelled_when_the_last_caller_has_left_and_can_be_joined_no_more()
    {
        StagedFlight flight = new();
        using CancellationTokenSource source = new();
        Task<int>[] callers = [.. Enumerable.Range(0, 3).Select(_ => flight.WaitAsync(flight.TryJoin("caller")!, source.Token).AsTask())];
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        await source.CancelAsync();
        await running.WaitAsync(Soon);
        Assert.That(flight.IsAbandoned, Is.True);
        Assert.That(flight.TryJoin("caller"), Is.Null);
        foreach (Task<int> caller in callers)
            Assert.That(async () => await caller, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_detached_flight_goes_on_when_nobody_waits()
    {
        StagedFlight flight = new();
        WaitGroup<int> only = flight.TryJoin("caller")!;
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        flight.Detach(default);
        flight.Leave(only);
        Assert.That(flight.IsAbandoned, Is.False);
        await flight.FinishRoundAsync(1);
        await running.WaitAsync(Soon);
        Assert.That(flight.Rounds, Is.EqualTo(1));
    }

    [Test]
    public async Task An_exception_reaches_every_caller_and_ends_the_flight()
    {
        StagedFlight flight = new();
        WaitGroup<int> early = flight.TryJoin("caller")!;
        Task running = flight.RunAsync();
        await flight.RoundBegunAsync();
        WaitGroup<int> late = flight.TryJoin("caller")!;
        flight.FailRound(new InvalidOperationException("down"));
        Assert.That(async () => await flight.WaitAsync(early, default), Throws.InvalidOperationException.With.Message.EqualTo("down"));
        Assert.That(async () => await flight.WaitAsync(late, default), Throws.InvalidOperationException.With.Message.EqualTo("down"));
        await running.WaitAsync(Soon);
        Assert.That(flight.TryJoin("caller"), Is.Null);
    }

    [Test]
    public async Task Callers_for_one_key_share_a_flight_and_those_for_others_do_not()
    {
        FlightTable table = new();
        FlightKey key = new("a", 0, typeof(int));
        StagedFlight flight = new();
        Flight<int> first = table.Join(key, static (_, flight) => flight, flight, "caller", out WaitGroup<int> one);
        Flight<int> second = table.Join(key, static (_, _) => new StagedFlight(), 0, "caller", out WaitGroup<int> two);
        Flight<int> other = table.Join(key with { Key = "b" }, static (_, _) => new StagedFlight(), 0, "caller", out _);
        Assert.That(second, Is.SameAs(first));
        Assert.That(other, Is.Not.SameAs(first));
        Assert.That(table.Count, Is.EqualTo(2));
        await flight.FinishRoundAsync(1);
        await flight.FinishRoundAsync(2);
        Assert.That(await flight.WaitAsync(one, default), Is.EqualTo(1));
        Assert.That(await flight.WaitAsync(two, default), Is.EqualTo(2), "its round had begun");

        table.End(key, flight);
        Assert.That(table.Join(key, static (_, _) => new StagedFlight(), 0, "caller", out _), Is.Not.SameAs(first));
    }

    /// <summary>A flight whose rounds a test ends.</summary>
    private sealed class StagedFlight : Flight<int>
    {
        private readonly SemaphoreSlim _begun = new(0);
        private TaskCompletionSource<int> _round = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool? FillsStored { get; init; }

        public int Rounds { get; private set; }

        public bool IsAbandoned => Abandoned.IsCancellationRequested;

        public async Task RoundBegunAsync() => Assert.That(await _begun.WaitAsync(Soon), Is.True, "a round begins");

        public async Task FinishRoundAsync(int value)
        {
            if (_begun.CurrentCount > 0 || Rounds == 0 || _round.Task.IsCompleted)
                await RoundBegunAsync();
            _round.SetResult(value);
        }

        public void FailRound(Exception error) => _round.SetException(error);

        protected override async Task RoundAsync()
        {
            BeginStep();
            Rounds++;
            if (_round.Task.IsCompleted)
                _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _begun.Release();
            int value = await _round.Task.WaitAsync(Abandoned);
            if (FillsStored is { } isStored)
                BeginFill();
            Serve(value);
            EndFill(value, FillsStored == true);
        }

        public object? GoesOnFor { get; private set; }

        protected override void GoOnFor(object request) => GoesOnFor = request;

        protected override void Ended()
        {
        }
    }
}
