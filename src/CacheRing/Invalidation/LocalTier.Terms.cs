using CacheRing.Entries;
using CacheRing.Stampede;

namespace CacheRing.Invalidation;

/// <content>How long values are kept.</content>
internal sealed partial class LocalTier
{
    /// <param name="asked">How long the caller wants it kept; null: as the options say.</param>
    /// <param name="beta">How eagerly it is to be refreshed; 0: not at all.</param>
    /// <param name="freshUntil">When the value expires, in milliseconds since 1970 UTC.</param>
    /// <param name="loadMs">How long its load took.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="validity">What voids it.</param>
    public LocalTerms TermsOf(TimeSpan? asked, double beta, long freshUntil, int loadMs, int size, LocalValidity validity)
    {
        long leftMs = freshUntil - _time.GetUtcNow().ToUnixTimeMilliseconds();
        long keptMs = Math.Min(leftMs, (long)(asked ?? _longest).TotalMilliseconds);
        long now = _time.GetTimestamp();
        long refreshFrom = beta > 0 ? After(now, EarlyRefresh.WindowStart(freshUntil, loadMs, beta) - (freshUntil - leftMs)) : long.MaxValue;
        return new LocalTerms(After(now, keptMs), size, validity, freshUntil, loadMs, refreshFrom);
    }

    /// <summary>Whether a hit may begin an early refresh: nearly always it may not, and that costs a comparison.</summary>
    public bool IsInWindow(long refreshFrom) => refreshFrom != long.MaxValue && _time.GetTimestamp() >= refreshFrom;

    /// <summary>Adds the tags of an entry that its caller has not named, unless any tag has been removed since the validity was taken.</summary>
    public bool TryExtend(ref LocalValidity validity, IReadOnlyList<TagVersion> tags)
    {
        if (validity.With([.. tags.Select(static tag => tag.Tag)]) is not { } extended)
            return false;
        validity = extended;
        return true;
    }

    private long After(long now, long milliseconds) => now + (milliseconds * (_time.TimestampFrequency / 1000));
}
