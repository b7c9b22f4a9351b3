using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Failover;

/// <summary>
/// Decides whether one more node of a cache may be given up. When most look dead at once it is likelier that this process is cut off,
/// and no further node is: they go on being asked. (mcrouter and Envoy do the same under the names of fail-open and panic.)
/// A cache of one or two nodes has no majority to speak of, and is not held back.
/// </summary>
internal sealed class OutageWatch
{
    private const int FewestNodes = 3;

    private readonly Lock _gate = new();
    private readonly List<HealthMonitor> _nodes = [];
    private readonly ILogger _logger;
    private bool _said;

    public OutageWatch(ILogger logger)
    {
        _logger = logger;
    }

    public void Add(HealthMonitor node)
    {
        lock (_gate)
        {
            _nodes.Add(node);
        }
    }

    /// <summary>Gives the node up, if one more may be.</summary>
    /// <returns>Whether it is given up.</returns>
    public bool TryEject(HealthMonitor node, NodeException? failure)
    {
        bool say;
        lock (_gate)
        {
            int others = _nodes.Count(other => other.IsOut && other != node);
            if (others == 0)
                _said = false;
            if (node.IsOut || _nodes.Count < FewestNodes || 2 * (others + 1) <= _nodes.Count)
            {
                node.Move(HealthEvent.Opened, failure);
                return true;
            }

            say = !_said;
            _said = true;
        }

        if (say)
            LogEvents.MostNodesLookDead(_logger, node.Node, _nodes.Count);
        return false;
    }
}
