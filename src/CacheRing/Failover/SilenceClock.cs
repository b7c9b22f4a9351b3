using System.Diagnostics;

namespace CacheRing.Failover;

/// <summary>
/// The thread that looks at all connections of the process on which something is under way. A thread of its own, since it is to be on
/// time where the pool is not: that calls wait for a thread of ours must not be taken for a server that is silent. Its clock goes only
/// while it is on time itself: what cannot run for lack of a processor may have a neighbor that cannot either. It ends when there has
/// been nothing to look at for a while. Safe for any number of threads.
/// </summary>
internal sealed class SilenceClock
{
    private const int BeatMilliseconds = 25;
    private const int RestMilliseconds = 10_000;

    // A beat that comes later than this says that the process, or its machine, was not running for some of the time.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(2 * BeatMilliseconds);

    private readonly object _gate = new();
    private readonly List<SilenceWatch> _new = [];
    private bool _isRunning;

    public static SilenceClock Shared { get; } = new();

    public void Add(SilenceWatch watch)
    {
        lock (_gate)
        {
            _new.Add(watch);
            if (_isRunning)
            {
                Monitor.Pulse(_gate);
                return;
            }

            _isRunning = true;
        }

        new Thread(Run) { IsBackground = true, Name = "CacheRing silence" }.Start();
    }

    private void Run()
    {
        List<SilenceWatch> watched = [];
        TimeSpan onTime = TimeSpan.Zero;
        long before = Stopwatch.GetTimestamp();
        while (true)
        {
            bool isResting = watched.Count == 0;
            lock (_gate)
            {
                bool isWoken = _new.Count > 0 || Monitor.Wait(_gate, isResting ? RestMilliseconds : BeatMilliseconds);
                watched.AddRange(_new);
                _new.Clear();
                if (watched.Count == 0 && !isWoken)
                {
                    _isRunning = false;
                    return;
                }
            }

            long now = Stopwatch.GetTimestamp();
            TimeSpan beat = Stopwatch.GetElapsedTime(before, now);
            before = now;
            if (beat <= Late)
                onTime += beat;
            for (int i = watched.Count - 1; i >= 0; i--)
            {
                if (!TryLook(watched[i], onTime))
                    watched.RemoveAt(i);
            }
        }
    }

    private static bool TryLook(SilenceWatch watch, TimeSpan now)
    {
        try
        {
            return watch.Look(now);
        }
#pragma warning disable CA1031 // A node that cannot be looked at must not keep the others from being watched.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }
}
