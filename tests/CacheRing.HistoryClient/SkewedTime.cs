namespace CacheRing.HistoryClient;

/// <summary>A wall clock that is off. Timers and time spans are as they should be.</summary>
internal sealed class SkewedTime : TimeProvider
{
    private readonly TimeSpan _skew;

    public SkewedTime(TimeSpan skew)
    {
        _skew = skew;
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _skew;
}
