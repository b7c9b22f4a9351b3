using CacheRing.Invalidation;

namespace CacheRing.UnitTests.Invalidation;

/// <summary>A local cache's surroundings: a feed that is open, and entries that are good unless a test says otherwise.</summary>
internal sealed class LocalEntries
{
    public LocalEntries() => Feed.Open();

    public LocalFeed Feed { get; } = new();

    public InvalidationStripes Stripes { get; } = new();

    public Kept Entry(string key, int number = 0, int size = 1, long expiresAt = long.MaxValue, params string[] tags) =>
        new(number) { ExpiresAt = expiresAt, Size = size, Validity = Capture(key, tags)!.Value };

    public LocalValidity? Capture(string key, params string[] tags) => LocalValidity.Capture(Feed, Stripes, key, tags);

    public void Invalidate(string key) => Stripes.Bump(Stripes.KeyStripe(key));

    public void InvalidateTag(string tag) => Stripes.Bump(Stripes.TagStripe(tag));

    /// <summary>A tag that shares its counter with none of these.</summary>
    public string TagApartFrom(params string[] tags) =>
        Enumerable.Range(0, 1000).Select(static i => $"t{i}").First(tag => tags.All(other => Stripes.TagStripe(other) != Stripes.TagStripe(tag)));

    internal sealed class Kept(int number) : LocalEntry
    {
        public int Number { get; } = number;
    }
}
