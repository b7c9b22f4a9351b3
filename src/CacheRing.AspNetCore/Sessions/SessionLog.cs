using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sessions;

/// <summary>
/// Says what an outage does to sessions once a minute for each node, with how many times it was: one line for each request would
/// hide the line that matters. Safe for any number of threads.
/// </summary>
internal sealed class SessionLog
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Node, bool IsLost), Tally> _tallies = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    public SessionLog(ILoggerFactory loggers, TimeProvider? time = null)
    {
        _logger = loggers.CreateLogger("CacheRing");
        _time = time ?? TimeProvider.System;
    }

    /// <summary>A request was answered 503.</summary>
    public void Refused(HttpContext context, NodeException failure) => Say(context, failure, isLost: false);

    /// <summary>A change was not stored, and it was too late to say so.</summary>
    public void Lost(HttpContext context, NodeException failure) => Say(context, failure, isLost: true);

    private void Say(HttpContext context, NodeException failure, bool isLost)
    {
        SessionLogEvents.Failed(_logger, context.Request.Path, failure.NodeName, failure);
        if (!_tallies.GetOrAdd((failure.NodeName, isLost), static _ => new Tally()).IsDue(_time, out long leftOut))
            return;
        if (isLost)
            SessionLogEvents.Lost(_logger, failure.NodeName, failure.Kind, leftOut);
        else
            SessionLogEvents.Refused(_logger, failure.NodeName, failure.Kind, leftOut);
    }

    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private long? _last;
        private long _leftOut;

        public bool IsDue(TimeProvider time, out long leftOut)
        {
            lock (_gate)
            {
                leftOut = 0;
                if (_last is { } last && time.GetElapsedTime(last) < Pause)
                {
                    _leftOut++;
                    return false;
                }

                _last = time.GetTimestamp();
                (leftOut, _leftOut) = (_leftOut, 0);
                return true;
            }
        }
    }
}
