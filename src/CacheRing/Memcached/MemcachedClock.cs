namespace CacheRing.Memcached;

/// <summary>
/// Counts beats, for the deadlines of commands: reading a number costs a command nothing. A call that is not answered ends
/// within its timeout and one beat, two at most.
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

    /// <summary>How many beats are at least this long, whenever it begins.</summary>
    public int Beats(TimeSpan span) => (int)Math.Ceiling(span / _beat) + 1;

    public void Start(Action onBeat) => _timer = _time.CreateTimer(
        _ =>
        {
            _now++;
            onBeat();
        },
        null,
        _beat,
        _beat);

    public void Dispose() => _timer?.Dispose();
}
