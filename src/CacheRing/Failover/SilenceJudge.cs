using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>What a look at a connection says.</summary>
internal enum Silence
{
    /// <summary>Nothing is under way.</summary>
    Idle,

    /// <summary>The server has just shown that it lives, or has not been asked for long enough to tell.</summary>
    Alive,

    /// <summary>A command waits, and nothing was sent since the last sign of life: only another command can tell.</summary>
    Unasked,

    /// <summary>The server was asked, and has shown nothing for longer than it may.</summary>
    Silent,
}

/// <summary>
/// Tells a server that is silent from one that is slow, from a slow line, and from a process of ours that is late. Signs of life are
/// bytes that have arrived, read or not, and acknowledgements of a command that is still being sent. Silence is counted from the
/// first bytes that went out since the last sign. Not safe for several threads.
/// </summary>
internal sealed class SilenceJudge
{
    // A command that waits alone this long is joined by another.
    private static readonly TimeSpan AskAfter = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _longest;
    private ConnectionSigns _last;
    private long _handedAtSign;
    private long _mark;
    private TimeSpan _signAt;
    private TimeSpan? _silentSince;

    /// <param name="longest">How long a server may be silent; the network's round trip comes on top, twice.</param>
    public SilenceJudge(TimeSpan longest)
    {
        _longest = longest;
    }

    /// <param name="signs">What the connection shows.</param>
    /// <param name="now">When, by a clock that goes only while this process is on time.</param>
    public Silence Look(in ConnectionSigns signs, TimeSpan now)
    {
        ConnectionSigns before = _last;
        _last = signs;
        if (signs.Epoch != before.Epoch || signs.Received != before.Received || signs.HasUnread)
        {
            _handedAtSign = signs.Handed;
            _signAt = now;
            _silentSince = null;
            return signs.IsAwaiting || signs.IsSending ? Silence.Alive : Silence.Idle;
        }

        if (signs.Handed == _handedAtSign && !signs.IsSending)
        {
            return !signs.IsAwaiting ? Silence.Idle
                : now - _signAt < AskAfter ? Silence.Alive
                : Silence.Unasked;
        }

        if (_silentSince is not { } since)
        {
            _silentSince = since = now;
            _mark = signs.Handed;
        }
        else if (signs.Acknowledged != before.Acknowledged && (before.Acknowledged < _mark || signs.IsSending))
        {
            // What the oldest waiting command consists of is still on its way. Later commands do not count: a machine acknowledges
            // them for a server that stands still.
            _silentSince = since = now;
        }

        if (signs.IsSending)
            _mark = signs.Handed;
        return now - since >= _longest + (2 * signs.RoundTrip) ? Silence.Silent : Silence.Alive;
    }
}
