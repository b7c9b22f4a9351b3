using CacheRing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CacheRing.Failover;

/// <summary>
/// Counts the nodes of a cache that are out. When most look dead at once it is likelier that this process is cut off, and no
/// further node is given up: they go on being asked. (mcrouter and Envoy do the same under the names of fail-open and panic.)
/// A cache of one or two nodes has no majority to speak of, and is not held back.
/// </summary>
internal sealed class OutageWatch
{
    private const int FewestNodes = 3;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _out = new(StringComparer.Ordinal);
    private readonly int _nodes;
    private readonly ILogger _logger;
    private bool _said;

    public OutageWatch(int nodes, ILogger logger)
    {
        _nodes = nodes;
        _logger = logger;
    }

    /// <summary>Whether one more node may be given up; if so, it counts as out.</summary>
    public bool TryEject(string node)
    {
        bool say;
        lock (_gate)
        {
            if (_out.Contains(node))
                return true;
            if (_nodes < FewestNodes || 2 * (_out.Count + 1) <= _nodes)
            {
                _out.Add(node);
                return true;
            }

            say = !_said;
            _said = true;
        }

        if (say)
            LogEvents.MostNodesLookDead(_logger, node, _nodes);
        return false;
    }

    public void Back(string node)
    {
        lock (_gate)
        {
            if (_out.Remove(node) && _out.Count == 0)
                _said = false;
        }
    }
}
