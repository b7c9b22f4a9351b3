namespace CacheRing.Invalidation;

/// <summary>
/// Tells whether an entry has expired, exactly, and mostly without asking the exact clock: by the system's coarse one, which
/// costs a sixth, while the entry's end is further away than the two can differ. Any other clock than the system's is always asked.
/// </summary>
internal sealed class LocalClock
{
    // The coarse clock moves in steps of up to 16 ms.
    private const double StepMs = 40;

    // And no two clocks run alike: a thousandth is ten times what they differ.
    private const double Drift = 0.001;

    private readonly TimeProvider _time;

    public LocalClock(TimeProvider time) => _time = time;

    public bool IsOver(LocalEntry entry) =>
        Environment.TickCount64 >= entry.SureUntil && _time.GetTimestamp() >= entry.ExpiresAt;

    /// <summary>Up to which time of the coarse clock the entry has surely not expired; 0, the beginning of its time, if there is none.</summary>
    public long SureUntil(long expiresAt)
    {
        if (_time != TimeProvider.System)
            return 0;

        long coarse = Environment.TickCount64;
        double leftMs = ((double)expiresAt - _time.GetTimestamp()) / _time.TimestampFrequency * 1000;
        double sureMs = (leftMs * (1 - Drift)) - StepMs;
        return sureMs <= 0 ? 0 : (long)(coarse + sureMs);
    }
}
