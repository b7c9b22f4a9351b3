using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CacheRing.Diagnostics;

/// <summary>
/// Of what can happen at each call it logs the first, and then one a minute for each event and subject (a type, a node, a cache), with
/// how many were left out: a log that is flooded hides the line that matters. With Debug enabled it logs all. Safe for any
/// number of threads.
/// </summary>
internal sealed class ThrottledLogger(ILogger logger, TimeProvider time) : ILogger
{
    /// <summary>The events of <see cref="LogEvents"/> that can come with each call.</summary>
    public static readonly IReadOnlySet<int> Throttled = new HashSet<int> { 21, 22, 23, 24, 25, 26, 41, 42, 46 };

    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Types, nodes and caches are few; should they not be, those beyond share one.
    private const int MostSubjects = 1_000;

    private readonly ConcurrentDictionary<(int Event, object? Subject), Slot> _slots = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Throttled.Contains(eventId.Id) && !logger.IsEnabled(LogLevel.Debug))
        {
            object? subject = SubjectOf(state);
            if (!SlotOf(eventId.Id, subject).TryPass(time, out int leftOut))
                return;
            if (leftOut > 0)
                LogEvents.LeftOut(logger, leftOut, eventId.Id, subject);
        }

        logger.Log(logLevel, eventId, state, exception, formatter);
    }

    // Lengths and counts are none.
    private static object? SubjectOf<TState>(TState state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values && values[0] is { Value: Type or string } first ? first.Value : null;

    private Slot SlotOf(int id, object? subject) =>
        _slots.GetOrAdd(_slots.Count < MostSubjects || _slots.ContainsKey((id, subject)) ? (id, subject) : (id, null), static _ => new Slot());

    private sealed class Slot
    {
        private readonly Lock _gate = new();
        private long? _last;
        private int _leftOut;

        public bool TryPass(TimeProvider time, out int leftOut)
        {
            lock (_gate)
            {
                long now = time.GetTimestamp();
                if (_last is { } last && time.GetElapsedTime(last, now) < Pause)
                {
                    _leftOut++;
                    leftOut = 0;
                    return false;
                }

                _last = now;
                (leftOut, _leftOut) = (_leftOut, 0);
                return true;
            }
        }
    }
}
