using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Failover;

/// <summary>A server that hangs is told from a slow one, from a slow line, and from a process that is late itself.</summary>
[TestFixture]
internal sealed class SilenceJudgeTests
{
    private const int Beat = 25;
    private SilenceJudge _judge = null!;
    private ConnectionSigns _signs;
    private int _now;

    [SetUp]
    public void Make()
    {
        _judge = new SilenceJudge(TimeSpan.FromMilliseconds(250));
        _signs = new ConnectionSigns(1, 0, false, 0, 0, false, false, default);
        _now = 1000;
        Look();
    }

    [Test]
    public void A_server_that_answers_nothing_is_silent_after_the_time_and_not_before()
    {
        Send(100);
        Assert.That(SilentAfter(2000), Is.InRange(250, 300));
    }

    [Test]
    public void However_much_is_sent_to_it_meanwhile_and_acknowledged_by_its_machine()
    {
        Send(100);
        Assert.That(SilentAfter(2000, eachBeat: () => Send(100)), Is.InRange(250, 300));
    }

    [Test]
    public void One_that_sends_anything_at_all_is_not_silent()
    {
        Send(100);
        Assert.That(SilentAfter(5000, eachBeat: () => _signs = _signs with { Received = _signs.Received + 1, Handed = _signs.Handed + 10 }), Is.Null);
    }

    [Test]
    public void Nor_one_whose_answers_wait_in_this_machine_for_a_process_that_is_late()
    {
        Send(100);
        Assert.That(SilentAfter(5000, eachBeat: () => _signs = _signs with { HasUnread = true }), Is.Null);
    }

    [Test]
    public void A_large_command_on_a_slow_line_is_no_silence_while_its_bytes_are_acknowledged_but_is_when_they_are_no_more()
    {
        _signs = _signs with { Handed = 8_000_000, IsSending = true, IsAwaiting = true };
        Assert.That(SilentAfter(700, eachBeat: () => _signs = _signs with { Acknowledged = _signs.Acknowledged + 250_000 }), Is.Null);
        Assert.That(SilentAfter(2000), Is.InRange(225, 300));
    }

    [Test]
    public void Once_such_a_command_has_arrived_the_server_has_its_time_to_answer_it()
    {
        _signs = _signs with { Handed = 1_000_000, IsSending = true, IsAwaiting = true };
        Assert.That(SilentAfter(500, eachBeat: () => _signs = _signs with { Acknowledged = _signs.Acknowledged + 50_000 }), Is.Null);
        _signs = _signs with { IsSending = false, Acknowledged = 1_000_000 };
        Assert.That(SilentAfter(2000), Is.InRange(250, 300));
    }

    [Test]
    public void A_command_that_waits_alone_since_the_last_sign_of_life_is_joined_by_another()
    {
        _signs = _signs with { Received = 10, Handed = 100, IsAwaiting = true };
        Look();
        Silence[] said = [.. Enumerable.Range(0, 20).Select(_ => Look())];
        Assert.That(said.Take(3), Has.All.EqualTo(Silence.Alive));
        Assert.That(said.Skip(5), Has.All.EqualTo(Silence.Unasked), "what was sent before the sign may have been what it answered");
        Send(20);
        Assert.That(SilentAfter(2000), Is.InRange(250, 300));
    }

    [Test]
    public void A_command_that_this_process_has_not_sent_yet_is_not_the_servers_to_answer()
    {
        _signs = _signs with { IsAwaiting = true };
        Assert.That(SilentAfter(5000), Is.Null);
    }

    [Test]
    public void Another_connection_begins_anew()
    {
        Send(100);
        SilentAfter(200);
        _signs = new ConnectionSigns(2, 0, false, 100, 0, false, true, default);
        Look();
        Send(10);
        Assert.That(SilentAfter(2000), Is.InRange(250, 300));
    }

    [Test]
    public void A_far_away_server_has_the_time_that_the_network_takes_there_and_back_twice()
    {
        _signs = _signs with { RoundTrip = TimeSpan.FromMilliseconds(200) };
        Send(100);
        Assert.That(SilentAfter(2000), Is.InRange(650, 700));
    }

    [Test]
    public void Where_nothing_waits_there_is_nothing_to_look_at()
    {
        Assert.That(Look(), Is.EqualTo(Silence.Idle));
        Send(100);
        Assert.That(Look(), Is.EqualTo(Silence.Alive));
        _signs = _signs with { Received = 50, IsAwaiting = false };
        Assert.That(Look(), Is.EqualTo(Silence.Idle));
    }

    private void Send(int bytes) =>
        _signs = _signs with { Handed = _signs.Handed + bytes, Acknowledged = _signs.Acknowledged + bytes, IsAwaiting = true };

    private Silence Look()
    {
        _now += Beat;
        return _judge.Look(_signs, TimeSpan.FromMilliseconds(_now));
    }

    /// <summary>How long it takes until it is said to be silent; null if that is longer than this.</summary>
    private int? SilentAfter(int longest, Action? eachBeat = null)
    {
        int begun = _now;
        while (_now - begun < longest)
        {
            eachBeat?.Invoke();
            if (Look() == Silence.Silent)
                return _now - begun;
        }

        return null;
    }
}
