using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Failover;

/// <summary>
/// The health of one node, and the only place that knows it: whether calls go to it, whether it was given up, why. It moves by the
/// <see cref="HealthTable"/>, and says each move once, to the log, the meter and whoever listens. Listeners are called one move after
/// the other, on a thread of the pool. Safe for any number of threads.
/// </summary>
internal sealed class HealthMonitor
{
    private readonly string _node;
    private readonly NodeMeter _meter;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Action<NodeHealthChangedEventArgs> _listener;
    private readonly Lock _gate = new();
    private readonly Queue<NodeHealthChangedEventArgs> _untold = new();
    private volatile NodeHealth _current = NodeHealth.Rejoining;
    private volatile NodeException? _reason;
    private volatile bool _isOut;
    private bool _isTelling;
    private bool _isEnded;
    private long _ejectedAt;

    public HealthMonitor(string node, NodeMeter meter, ILogger logger, TimeProvider time, Action<NodeHealthChangedEventArgs> listener)
    {
        _node = node;
        _meter = meter;
        _logger = logger;
        _time = time;
        _listener = listener;
    }

    public string Node => _node;

    public NodeHealth Current => _current;

    /// <summary>Whether calls go to the node.</summary>
    public bool IsServing => HealthTable.IsServing(_current);

    /// <summary>Whether it was given up since it last served.</summary>
    public bool IsOut => _isOut;

    /// <summary>The last failure; null while the node is healthy.</summary>
    public NodeException? Reason => _reason;

    /// <summary>Something has happened.</summary>
    /// <param name="what">What.</param>
    /// <param name="failure">The failure that it was, or came of.</param>
    /// <param name="condition">Asked under the lock: false when it does not hold any more, and nothing moves.</param>
    /// <returns>Whether the node is in another state now.</returns>
    public bool Move(HealthEvent what, NodeException? failure = null, Func<bool>? condition = null)
    {
        lock (_gate)
        {
            if (_isEnded)
                return false;
            NodeHealth from = _current;
            NodeHealth to = HealthTable.Next(from, what);
            if (condition is not null && !condition())
                return false;
            if (failure is not null)
                _reason = failure;
            if (to == NodeHealth.Healthy)
                _reason = null;
            if (to == from)
                return false;
            _current = to;
            Say(from, to);
            _untold.Enqueue(new NodeHealthChangedEventArgs(_node, from, to, to == NodeHealth.Healthy ? null : _reason));
            if (_isTelling)
                return true;
            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static monitor => monitor.Tell(), this, preferLocal: false);
        return true;
    }

    /// <summary>No call goes to the node any more, and nothing is said of it: the cache is going.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            _current = NodeHealth.Rejoining;
        }
    }

    private void Say(NodeHealth from, NodeHealth to)
    {
        _meter.CountTransition(to);
        if (to == NodeHealth.Ejected && !_isOut)
        {
            _isOut = true;
            _ejectedAt = _time.GetTimestamp();
            LogEvents.NodeEjected(_logger, _reason?.Message ?? $"Node '{_node}' has failed.");
        }
        else if (to == NodeHealth.Healthy && _isOut)
        {
            _isOut = false;
            LogEvents.NodeServesAgain(_logger, _node, _time.GetElapsedTime(_ejectedAt).TotalSeconds);
        }
        else
        {
            LogEvents.NodeHealthMoved(_logger, _node, from, to);
        }
    }

    private void Tell()
    {
        while (true)
        {
            NodeHealthChangedEventArgs? change;
            lock (_gate)
            {
                if (!_untold.TryDequeue(out change))
                {
                    _isTelling = false;
                    return;
                }
            }

            try
            {
                _listener(change);
            }
#pragma warning disable CA1031 // A listener's fault must not end the process, nor keep the others from hearing.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogEvents.ListenerFailed(_logger, _node, error);
            }
        }
    }
}
