using System.Globalization;
using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// Looks at one node's connection while something is under way on it, and says when the server is silent. It costs a call nothing:
/// the connection is looked at from outside, by the <see cref="SilenceClock"/>, and only from the first send on until all is answered.
/// </summary>
internal sealed class SilenceWatch
{
    // Longer than a pause between two requests of a busy app, so that it does not begin and end all the time.
    private const int IdleLooks = 40;

    private readonly ICacheNode _node;
    private readonly TimeSpan _longest;
    private readonly SilenceJudge _judge;
    private readonly Action<NodeException> _onSilent;
    private volatile bool _isWatched;
    private volatile bool _isEnded;
    private int _isAsking;
    private int _idleLooks;

    /// <param name="node">The node.</param>
    /// <param name="longest">How long it may be silent.</param>
    /// <param name="onSilent">Told that it is, on a thread of the pool; once for each silence.</param>
    public SilenceWatch(ICacheNode node, TimeSpan longest, Action<NodeException> onSilent)
    {
        _node = node;
        _longest = longest;
        _judge = new SilenceJudge(longest);
        _onSilent = onSilent;
    }

    /// <summary>Something is being sent. A volatile read where it is watched already.</summary>
    public void Begin()
    {
        if (_isWatched || _isEnded)
            return;
        _isWatched = true;
        SilenceClock.Shared.Add(this);
    }

    public void End() => _isEnded = true;

    /// <summary>Looks once.</summary>
    /// <param name="now">When, by a clock that goes only while this process is on time.</param>
    /// <returns>Whether to look again.</returns>
    public bool Look(TimeSpan now)
    {
        if (_isEnded)
            return false;
        switch (_judge.Look(_node.ReadSigns(), now))
        {
            case Silence.Idle:
                return ++_idleLooks < IdleLooks || !TryRest();
            case Silence.Unasked:
                Ask();
                break;
            case Silence.Silent:
                ThreadPool.UnsafeQueueUserWorkItem(static watch => watch._onSilent(watch.Failure()), this, preferLocal: false);
                _idleLooks = 0;
                return !TryRest();
        }

        _idleLooks = 0;
        return true;
    }

    // Who sends something in between sees that it is not watched, or is seen here.
    private bool TryRest()
    {
        long handed = _node.ReadSigns().Handed;
        _isWatched = false;
        Interlocked.MemoryBarrier();
        if (_node.ReadSigns().Handed == handed)
            return true;
        _isWatched = true;
        return false;
    }

    private void Ask()
    {
        if (Interlocked.CompareExchange(ref _isAsking, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static watch => _ = watch.AskAsync(), this, preferLocal: false);
    }

    // A read, and not a ping: a server that refuses writes refuses pings as well. What it answers does not matter, nor that it is an error.
    private async Task AskAsync()
    {
        try
        {
            using CancellationTokenSource deadline = new(2 * _longest);
            await _node.GetHeadAsync(GenerationRecord.Key, 1, deadline.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, it was sent, and the connection shows what came of it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            Volatile.Write(ref _isAsking, 0);
        }
    }

    private NodeException Failure() => new(
        _node.Name,
        NodeFailureKind.Timeout,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Node '{_node.Name}' did not answer, and has sent nothing at all for {_longest.TotalMilliseconds:0} ms (Failover.SilenceTimeout). The server hangs, or the network to it does."))
    {
        MayTakeEffect = true,
    };
}
