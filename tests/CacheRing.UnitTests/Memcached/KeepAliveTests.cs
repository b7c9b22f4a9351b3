using CacheRing.Memcached;
using CacheRing.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A connection that nobody uses says a word now and then, so that one that leads nowhere is found before a write is lost on it.</summary>
[TestFixture]
internal sealed class KeepAliveTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());
    private readonly FakeTimeProvider _time = new();

    [Test]
    public async Task An_idle_connection_is_asked_for_a_sign_of_life_once_in_half_a_minute()
    {
        using MemcachedClock clock = new(Contexts.Timings.Operation, _time);
        await using LineServer server = new(static line => line == "mn" ? "MN\r\n" : $"EN {LineServer.MarkOf(line)}\r\n");
        MemcachedConnection connection = Connect(server, clock);
        for (int asked = 1; asked <= 3; asked++)
        {
            _time.Advance(Idle - TimeSpan.FromSeconds(1));
            Assert.That(Asked(server), Is.EqualTo(asked - 1), "not before its time");
            _time.Advance(TimeSpan.FromSeconds(1.5));
            await Poll.UntilAsync(() => Asked(server) == asked, "the connection to be asked");
            await HearAsync(connection);
        }

        Assert.That(connection.Ended.IsCompleted, Is.False);
        connection.Close(_context.Faults.Timeout());
        await connection.Ended.WaitAsync(Deadline);
    }

    [Test]
    public async Task An_idle_connection_that_leads_nowhere_is_found_though_nobody_calls()
    {
        using MemcachedClock clock = new(Contexts.Timings.Operation, _time);
        await using LineServer server = new(static _ => null);
        MemcachedConnection connection = Connect(server, clock);
        _time.Advance(Idle + TimeSpan.FromSeconds(1));
        await Poll.UntilAsync(() => server.Heard.Length == 1, "the connection to be asked");
        await Poll.UntilAsync(
            () =>
            {
                _time.Advance(Contexts.Timings.Operation);
                return connection.Ended.IsCompleted;
            },
            "the connection to be given up");
        Assert.That(await connection.Ended.WaitAsync(Deadline), Is.InstanceOf<NodeException>().With.Property(nameof(NodeException.Kind)).EqualTo(NodeFailureKind.Timeout));
    }

    [Test]
    public async Task A_clock_that_jumps_ends_no_connection_that_had_no_time_to_answer()
    {
        using MemcachedClock clock = new(Contexts.Timings.Operation, _time);
        await using LineServer server = new(static _ => null);
        MemcachedConnection connection = Connect(server, clock);
        _time.Advance(Idle + TimeSpan.FromSeconds(20));
        Assert.That(connection.Ended.IsCompleted, Is.False);
        connection.Close(_context.Faults.Timeout());
        await connection.Ended.WaitAsync(Deadline);
    }

    [Test]
    public async Task A_silent_connection_is_found_behind_a_call_that_was_cancelled_before_it_was_sent()
    {
        using MemcachedClock clock = new(Contexts.Timings.Operation, _time);
        await using LineServer server = new(static _ => null);
        MemcachedConnection connection = Connect(server, clock);
        FetchCommand cancelled = new(_context, "a");
        Task<FetchedItem?> early = cancelled.Task;
        cancelled.TryFail(new OperationCanceledException());
        connection.Send(cancelled);
        FetchCommand waiting = new(_context, "b");
        Task<FetchedItem?> call = waiting.Task;
        connection.Send(waiting);
        await Poll.UntilAsync(() => server.Heard.Length == 1, "the second to be sent");

        _time.Advance(Contexts.Timings.Operation + Contexts.Timings.Connect + TimeSpan.FromSeconds(1));
        Assert.That(await connection.Ended.WaitAsync(Deadline), Is.InstanceOf<NodeException>().With.Property(nameof(NodeException.Kind)).EqualTo(NodeFailureKind.Timeout));
        Assert.That(early.IsCanceled, Is.True);
        Assert.That((await Assert.ThrowsAsync<NodeException>(() => call))!.Kind, Is.EqualTo(NodeFailureKind.Timeout));
    }

    private static int Asked(LineServer server) => server.Heard.Count(static line => line == "mn");

    private MemcachedConnection Connect(Stream server, MemcachedClock clock)
    {
        MemcachedConnection connection = new(server, clock, _context.Faults, Contexts.Timings);
        clock.Start(connection.Beat);
        connection.Start();
        return connection;
    }

    // What it was sent has been read when what is asked behind it has been answered.
    private async Task HearAsync(MemcachedConnection connection)
    {
        FetchCommand behind = new(_context, "k");
        Task<FetchedItem?> call = behind.Task;
        connection.Send(behind);
        Assert.That(await call.WaitAsync(Deadline), Is.Null);
    }
}
