using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Failover;

/// <summary>
/// Keeps the log of a failing node readable: one line when it begins to fail, a summary each ten seconds while it does, one
/// when it has answered for two seconds without a failure (a full server takes reads and refuses writes, call by call). A
/// call that succeeds pays one volatile read.
/// </summary>
internal sealed class NodeFaultLog
{
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan QuietBeforeRecovery = TimeSpan.FromSeconds(2);

    private readonly string _node;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile bool _failing;
    private long _failingSince;
    private long _failedAt;
    private long _reportedAt;

    // One bit a kind: a node that dies is cut off for some calls and silent for others, call by call.
    private int _reportedKinds;
    private Tally _sinceReport;
    private Tally _total;

    public NodeFaultLog(string node, ILogger logger, TimeProvider time)
    {
        _node = node;
        _logger = logger;
        _time = time;
    }

    public void Succeeded()
    {
        if (_failing && _time.GetElapsedTime(Volatile.Read(ref _failedAt)) >= QuietBeforeRecovery)
            Recovered();
    }

    /// <param name="failure">Why.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="keys">How many keys it concerned.</param>
    /// <param name="isKnown">The node is out, which has been said: it was not asked, and the first such call is no news.</param>
    public void Failed(NodeException failure, CacheOperation operation, int keys, bool isKnown = false)
    {
        long dropped = operation is CacheOperation.Set or CacheOperation.Remove ? keys : 0;
        lock (_gate)
        {
            bool first = !_failing;
            if (first)
            {
                _failing = true;
                _failingSince = _time.GetTimestamp();
                _reportedKinds = 0;
                _total = default;
                _sinceReport = default;
            }

            Volatile.Write(ref _failedAt, _time.GetTimestamp());
            _total = _total.Plus(dropped);
            _sinceReport = _sinceReport.Plus(dropped);
            if (first && isKnown)
            {
                _reportedAt = _time.GetTimestamp();
                _reportedKinds = 1 << (int)failure.Kind;
                return;
            }

            Report(failure, operation, first);
        }
    }

    private void Report(NodeException failure, CacheOperation operation, bool first)
    {
        // Another kind of failure is news: a node that was down and now refuses our password needs another remedy.
        int kind = 1 << (int)failure.Kind;
        if (first || (_reportedKinds & kind) == 0)
        {
            if (FailureClasses.Of(failure.Kind) is FailureClass.OfTheEntry or FailureClass.OfTheWrites)
                LogEvents.NodeRefusing(_logger, failure.Message, operation);
            else
                LogEvents.NodeFailing(_logger, failure.Message, operation);
        }
        else if (_time.GetElapsedTime(_reportedAt) >= SummaryInterval)
            LogEvents.NodeStillFailing(_logger, failure.Message, _sinceReport.Calls, _sinceReport.Dropped);
        else
            return;

        _reportedAt = _time.GetTimestamp();
        _reportedKinds |= kind;
        _sinceReport = default;
    }

    private void Recovered()
    {
        lock (_gate)
        {
            if (!_failing)
                return;
            _failing = false;
            double seconds = _time.GetElapsedTime(_failingSince).TotalSeconds;
            LogEvents.NodeAnswersAgain(_logger, _node, seconds, _total.Calls, _total.Dropped);
        }
    }

    private readonly record struct Tally(long Calls, long Dropped)
    {
        public Tally Plus(long dropped) => new(Calls + 1, Dropped + dropped);
    }
}
