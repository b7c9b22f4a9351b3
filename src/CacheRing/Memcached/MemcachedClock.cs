namespace CacheRing.Memcached;

/// <summary>
/// Counts beats, for the deadlines of commands: reading a number costs a command nothing. A call that is not answered ends
/// after its timeout and at most one beat more.
/// </summary>
internal sealed class MemcachedClock : IDisposable
{
    private static readonly TimeSpan LongestBeat = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestBeat = TimeSpan.FromMilliseconds(5);

    private readonly TimeSpan _beat;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private volatile int _now;

    /// <param name="timeout">The shortest time it shall measure.</param>
    /// <param name="time">Drives it.</param>
    public MemcachedClock(TimeSpan timeout, TimeProvider time)
    {
        TimeSpan beat = timeout / 5;
        _beat = beat < ShortestBeat ? ShortestBeat : beat > LongestBeat ? LongestBeat : beat;
        _time = time;
    }

    public int Now => _now;

    /// <summary>How many beats this long takes: whoever is older than that, by the count, has waited that long at least.</summary>
    public int Beats(TimeSpan span) => (int)Math.Ceiling(span / _beat);

    public void Start(Action onBeat) => _timer = _time.CreateTimer(
        _ =>
        {
            Interlocked.Increment(ref _now);
            onBeat();
        },
        null,
        _beat,
        _beat);

    public void Dispose() => _timer?.Dispose();
}
