namespace CacheRing.Invalidation;

/// <summary>What the local cache keeps of a value. It does not change once it is there.</summary>
internal abstract class LocalEntry
{
    // A field, for its question to be asked where it lies: through the property it is copied first.
    private readonly LocalValidity _validity;

    /// <summary>The time stamp from which on it is no longer given out.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>The bytes that count against the cache's bound.</summary>
    public required int Size { get; init; }

    public required LocalValidity Validity
    {
        get => _validity;
        init => _validity = value;
    }

    /// <summary>The cache's own note for its <see cref="LocalClock"/>, made before others can find the entry.</summary>
    public long SureUntil { get; set; }

    public bool IsValid => _validity.Holds;
}
