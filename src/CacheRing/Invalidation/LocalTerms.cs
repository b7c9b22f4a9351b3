namespace CacheRing.Invalidation;

/// <summary>For how long a value is kept in the process, and what it counts.</summary>
/// <param name="ExpiresAt">The timestamp at which it goes.</param>
/// <param name="Size">Its bytes as they are stored on a node.</param>
/// <param name="Validity">What voids it.</param>
/// <param name="FreshUntil">When the value itself expires, in milliseconds since 1970 UTC.</param>
/// <param name="LoadMilliseconds">How long its load took.</param>
/// <param name="RefreshFrom">The timestamp from which a hit may begin an early refresh.</param>
internal readonly record struct LocalTerms(
    long ExpiresAt, int Size, LocalValidity Validity, long FreshUntil, int LoadMilliseconds, long RefreshFrom);
