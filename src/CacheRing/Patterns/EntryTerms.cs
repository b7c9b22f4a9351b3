using CacheRing.Entries;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <summary>When a value that has just been made expires, and when it goes.</summary>
internal readonly record struct EntryTerms(long FreshUntil, int LoadMilliseconds, EntryLifetime Lifetime)
{
    // Beyond it the arithmetic would leave the calendar.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public static EntryTerms Of(EntryPolicy policy, TimeSpan expiration, TimeSpan took, DateTimeOffset now)
    {
#pragma warning disable CA5394 // No secret depends on it.
        if (policy.Jitter > 0)
            expiration = ExpiryJitter.Shorten(expiration, policy.Jitter, Random.Shared.NextDouble());
#pragma warning restore CA5394
        long freshUntil = (now + Shorter(expiration)).ToUnixTimeMilliseconds();
        long deadline = policy.FailSafe > TimeSpan.Zero
            ? (now + Shorter(expiration) + Shorter(policy.FailSafe)).ToUnixTimeMilliseconds()
            : freshUntil;

        // A millisecond at least: what is over at once cannot be stored.
        long least = now.ToUnixTimeMilliseconds() + 1;
        return new EntryTerms(
            Math.Max(least, freshUntil),
            (int)Math.Min(int.MaxValue, took.TotalMilliseconds),
            new EntryLifetime(Math.Max(least, deadline), Window: null));
    }

    private static TimeSpan Shorter(TimeSpan span) => span < Longest ? span : Longest;
}
