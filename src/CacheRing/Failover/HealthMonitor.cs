using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Failover;

/// <summary>
/// The health of one node: moves by the <see cref="HealthTable"/>, and says each move once, to the log, the meter and whoever
/// listens. Listeners are called one move after the other, on a thread of the pool. Safe for any number of threads.
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
    private bool _isTelling;
    private long _ejectedAt;
    private bool _isOut;

    public HealthMonitor(string node, NodeMeter meter, ILogger logger, TimeProvider time, Action<NodeHealthChangedEventArgs> listener)
    {
        _node = node;
        _meter = meter;
        _logger = logger;
        _time = time;
        _listener = listener;
    }

    public NodeHealth Current => _current;

    /// <summary>The last failure; null while the node is healthy.</summary>
    public NodeException? Reason => _reason;

    public void Move(HealthEvent what, NodeException? failure = null)
    {
        lock (_gate)
        {
            NodeHealth from = _current;
            NodeHealth to = HealthTable.Next(from, what);
            if (failure is not null)
                _reason = failure;
            if (to == NodeHealth.Healthy)
                _reason = null;
            if (to == from)
                return;
            _current = to;
            Say(from, to);
            _untold.Enqueue(new NodeHealthChangedEventArgs(_node, from, to, to == NodeHealth.Healthy ? null : _reason));
            if (_isTelling)
                return;
            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static monitor => monitor.Tell(), this, preferLocal: false);
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
